//! Templates.

use std::sync::Arc;

use async_trait::async_trait;
use deadpool_postgres::Client;
use mission_control_kernel::{ProjectId, Revision, StoreError, Timestamp};
use mission_control_missions::{Once, Receipt};
use mission_control_workflows::template::{
    Changed, Kept, MOST_TEMPLATES, NewTemplate, NotKept, Template, TemplateName, TemplateSpec,
    TemplateStore,
};
use tokio_postgres::Row;

use super::link::query;
use super::load::{Columns, sql};
use super::values::{At, params, store_error};
use super::{Postgres, receipts};
use crate::row::{TemplateRow, template_to_text};

#[async_trait]
impl TemplateStore for Postgres {
    async fn templates_named(
        &self,
        project: &ProjectId,
        names: &[TemplateName],
    ) -> Result<Vec<Template>, StoreError> {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let parameters = params![project.to_string(), names];
        let rows = self.context.pool.query(sql!("templates_named"), &parameters).await?;
        rows.iter().map(template).collect()
    }

    async fn templates(
        &self,
        project: &ProjectId,
        after: Option<&TemplateName>,
        limit: u32,
    ) -> Result<Vec<Template>, StoreError> {
        let after = after.map_or_else(String::new, ToString::to_string);
        let parameters = params![project.to_string(), after, i64::from(limit)];
        let rows = self.context.pool.query(sql!("templates_of"), &parameters).await?;
        rows.iter().map(template).collect()
    }

    async fn add_template(
        &self,
        new: NewTemplate,
        receipt: Option<Receipt<Kept<Template>>>,
    ) -> Result<Once<Result<Kept<Template>, NotKept>>, StoreError> {
        let now = self.context.clock.now();
        self.context.pool.writing(|client| add(client, now, new, receipt)).await
    }

    async fn put_template(
        &self,
        project: &ProjectId,
        name: &TemplateName,
        seen: Option<Revision>,
        spec: Arc<TemplateSpec>,
    ) -> Result<Changed<Template>, StoreError> {
        let parameters = params![
            project.to_string(),
            name.to_string(),
            template_to_text(&spec),
            seen.map(Revision::number),
            At(self.context.clock.now().as_micros()),
        ];
        let rows = self.context.pool.write(sql!("update_template"), &parameters).await?;
        if let Some(row) = rows.first() {
            return template(row).map(Changed::Done);
        }
        let there = self.templates_named(project, std::slice::from_ref(name)).await?;
        Ok(if there.is_empty() { Changed::Missing } else { Changed::Stale })
    }

    async fn remove_template(
        &self,
        project: &ProjectId,
        name: &TemplateName,
    ) -> Result<bool, StoreError> {
        let parameters = params![project.to_string(), name.to_string()];
        let rows = self.context.pool.write(sql!("delete_template"), &parameters).await?;
        Ok(!rows.is_empty())
    }
}

async fn add(
    mut client: Client,
    now: Timestamp,
    new: NewTemplate,
    receipt: Option<Receipt<Kept<Template>>>,
) -> Result<Once<Result<Kept<Template>, NotKept>>, StoreError> {
    let transaction = client.transaction().await.map_err(|error| store_error(&error))?;
    if let Some(before) = receipts::answered_before(&transaction, receipt.as_ref(), now).await? {
        return Ok(before);
    }
    let parameters = params![
        new.project.to_string(),
        new.name.to_string(),
        template_to_text(&new.spec),
        At(now.as_micros()),
        new.created_by.to_string(),
        i64::from(MOST_TEMPLATES),
    ];
    let rows = query(&transaction, sql!("insert_template"), &parameters).await?;
    let row = rows.first().ok_or_else(|| StoreError::Defect("no answer".to_owned()))?;
    let mut c = Columns::of(row);
    let kept = match (c.take()?, c.take()?) {
        (true, _) => Ok(Kept::Made(made(new, now))),
        (false, false) => Err(NotKept::Full),
        // A statement of its own, so that it sees what somebody else has just made.
        (false, true) => {
            let parameters = params![new.project.to_string(), vec![new.name.to_string()]];
            let rows = query(&transaction, sql!("templates_named"), &parameters).await?;
            let there = rows.first().map(template).transpose()?;
            let same = there.filter(|there| there.spec == new.spec);
            same.map(Kept::Same).ok_or(NotKept::Taken)
        }
    };
    receipts::settle(transaction, receipt.as_ref(), kept.as_ref().ok()).await?;
    Ok(Once::Now(kept))
}

fn made(new: NewTemplate, now: Timestamp) -> Template {
    Template {
        project: new.project,
        name: new.name,
        spec: new.spec,
        revision: Revision::FIRST,
        created_at: now,
        updated_at: now,
        created_by: Some(new.created_by),
    }
}

fn template(row: &Row) -> Result<Template, StoreError> {
    let mut c = Columns::of(row);
    let row = TemplateRow {
        project_id: c.take()?,
        name: c.take()?,
        spec: c.take()?,
        revision: c.take()?,
        created_at: c.time()?,
        updated_at: c.time()?,
        created_by: c.take()?,
    };
    row.into_template()
}
