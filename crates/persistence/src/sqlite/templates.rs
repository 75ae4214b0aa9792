//! Templates.

use std::sync::Arc;

use async_trait::async_trait;
use mission_control_kernel::{ProjectId, Revision, StoreError};
use mission_control_missions::{Once, Receipt};
use mission_control_workflows::template::{
    Changed, Kept, MOST_TEMPLATES, NewTemplate, NotKept, Template, TemplateName, TemplateSpec,
    TemplateStore,
};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::fault::{Fault, exactly_one};
use super::job::Turn;
use super::load::Columns;
use super::writer::Tx;
use super::{Sqlite, receipts, sql};
use crate::row::{TemplateRow, template_to_text};

#[async_trait]
impl TemplateStore for Sqlite {
    async fn templates_named(
        &self,
        project: &ProjectId,
        names: &[TemplateName],
    ) -> Result<Vec<Template>, StoreError> {
        let (project, names) = (project.clone(), names.to_vec());
        self.read(move |connection| {
            let mut found = Vec::with_capacity(names.len());
            for name in &names {
                found.extend(one(connection, &project, name)?);
            }
            Ok(found)
        })
        .await
    }

    async fn templates(
        &self,
        project: &ProjectId,
        after: Option<&TemplateName>,
        limit: u32,
    ) -> Result<Vec<Template>, StoreError> {
        let project = project.clone();
        let after = after.map_or_else(String::new, ToString::to_string);
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(sql!("templates_of"))?;
            let rows = statement.query_map((project.as_str(), after, limit), template)?;
            rows.map(|row| Ok(row?.into_template()?)).collect()
        })
        .await
    }

    async fn add_template(
        &self,
        new: NewTemplate,
        receipt: Option<Receipt<Kept<Template>>>,
    ) -> Result<Once<Result<Kept<Template>, NotKept>>, StoreError> {
        self.write(Turn::Plain, move |tx| {
            receipts::once(tx, receipt.as_ref(), |tx| add(tx, &new), |kept| kept.as_ref().ok())
        })
        .await
    }

    async fn put_template(
        &self,
        project: &ProjectId,
        name: &TemplateName,
        seen: Option<Revision>,
        spec: Arc<TemplateSpec>,
    ) -> Result<Changed<Template>, StoreError> {
        let (project, name, text) = (project.clone(), name.clone(), template_to_text(&spec));
        self.write(Turn::Plain, move |tx| {
            let changed = tx.connection.prepare_cached(sql!("update_template"))?.execute((
                project.as_str(),
                name.as_str(),
                &text,
                seen.map(Revision::number),
                tx.now.as_micros(),
            ))?;
            let found = one(tx.connection, &project, &name)?;
            Ok(match (changed, found) {
                (_, None) => Changed::Missing,
                (0, Some(_)) => Changed::Stale,
                (_, Some(template)) => Changed::Done(template),
            })
        })
        .await
    }

    async fn remove_template(
        &self,
        project: &ProjectId,
        name: &TemplateName,
    ) -> Result<bool, StoreError> {
        let key = (project.to_string(), name.to_string());
        self.write(Turn::Plain, move |tx| {
            let mut statement = tx.connection.prepare_cached(sql!("delete_template"))?;
            Ok(statement.execute((&key.0, &key.1))? > 0)
        })
        .await
    }
}

fn add(tx: &Tx<'_>, new: &NewTemplate) -> Result<Result<Kept<Template>, NotKept>, Fault> {
    let key = (new.project.as_str(), new.name.as_str());
    let (count, taken): (u32, bool) = tx
        .connection
        .prepare_cached(sql!("count_templates"))?
        .query_row(key, |row| Ok((row.get(0)?, row.get(1)?)))?;
    if taken {
        let there = one(tx.connection, &new.project, &new.name)?;
        let same = there.filter(|there| there.spec == new.spec);
        return Ok(same.map(Kept::Same).ok_or(NotKept::Taken));
    }
    if count >= MOST_TEMPLATES {
        return Ok(Err(NotKept::Full));
    }
    let rows = tx.connection.prepare_cached(sql!("insert_template"))?.execute((
        key.0,
        key.1,
        template_to_text(&new.spec),
        tx.now.as_micros(),
        new.created_by.as_str(),
    ))?;
    exactly_one(rows, "a template's row")?;
    let made = one(tx.connection, &new.project, &new.name)?;
    let made = made.ok_or_else(|| Fault::defect("a template was made and is not there"))?;
    Ok(Ok(Kept::Made(made)))
}

fn one(
    connection: &Connection,
    project: &ProjectId,
    name: &TemplateName,
) -> Result<Option<Template>, Fault> {
    let found = connection
        .prepare_cached(sql!("template"))?
        .query_row((project.as_str(), name.as_str()), template)
        .optional()?;
    Ok(found.map(TemplateRow::into_template).transpose()?)
}

fn template(row: &Row<'_>) -> rusqlite::Result<TemplateRow> {
    let mut c = Columns::of(row);
    Ok(TemplateRow {
        project_id: c.take()?,
        name: c.take()?,
        spec: c.take()?,
        revision: c.take()?,
        created_at: c.take()?,
        updated_at: c.take()?,
        created_by: c.take()?,
    })
}
