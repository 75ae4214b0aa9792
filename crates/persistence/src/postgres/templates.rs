//! Templates.

use std::sync::Arc;

use async_trait::async_trait;
use mission_control_kernel::{ProjectId, Revision, StoreError};
use mission_control_workflows::template::{
    Changed, Kept, MOST_TEMPLATES, NewTemplate, Template, TemplateName, TemplateSpec, TemplateStore,
};
use tokio_postgres::Row;

use super::Postgres;
use super::load::{Columns, sql};
use super::values::{At, params};
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

    async fn add_template(&self, new: NewTemplate) -> Result<Kept<Template>, StoreError> {
        let now = self.context.clock.now();
        let parameters = params![
            new.project.to_string(),
            new.name.to_string(),
            template_to_text(&new.spec),
            At(now.as_micros()),
            new.created_by.to_string(),
            i64::from(MOST_TEMPLATES),
        ];
        let rows = self.context.pool.write(sql!("insert_template"), &parameters).await?;
        let row = rows.first().ok_or_else(|| StoreError::Defect("no answer".to_owned()))?;
        let mut c = Columns::of(row);
        let (made, taken): (bool, bool) = (c.take()?, c.take()?);
        if !made {
            return Ok(if taken { Kept::Taken } else { Kept::Full });
        }
        Ok(Kept::Made(Template {
            project: new.project,
            name: new.name,
            spec: new.spec,
            revision: Revision::FIRST,
            created_at: now,
            updated_at: now,
            created_by: Some(new.created_by),
        }))
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
