//! Templates: keeping them, and making missions of them.

mod fault;
mod launch;
mod schema;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use mission_control_kernel::{ProjectId, Revision, StoreError};
use mission_control_missions::{Once, Receipt, ShortName};
use mission_control_workflows::template::{
    Changed, Kept, MOST_TEMPLATES, NewTemplate, NotKept, Template, TemplateName, TemplateSpec,
    builtin, builtins,
};

use crate::mission_control::MissionControl;
use schema::Schema;

pub use fault::Fault;
pub use launch::TemplateLaunch;
pub use schema::{MAX_PARAMETERS_BYTES, MAX_SCHEMA_BYTES, MAX_SCHEMA_DEPTH, MAX_SCHEMA_VALUES};

/// Why something is not done to a template, or of it; nothing has changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TemplateRefusal {
    /// It is not there.
    #[error("there is no template of this name")]
    Missing,
    /// There is one of this name.
    #[error("there is a template of this name: choose another one, or change that one with PUT")]
    Taken,
    /// As many as there may be.
    #[error("a project has at most {MOST_TEMPLATES} templates: remove one that nobody uses")]
    Full,
    /// It comes with the program.
    #[error(
        "this template is built in: it can be launched, and neither changed nor removed; make one \
         of your own under another name"
    )]
    BuiltIn,
    /// It is no longer as whoever asks has seen it.
    #[error("the template has been changed since: read it again")]
    Stale,
    /// Members are wrong; at least one is told.
    #[error("{}", said(.0))]
    Wrong(Vec<Fault>),
}

fn said(faults: &[Fault]) -> String {
    faults.first().map(ToString::to_string).unwrap_or_default()
}

/// A page of templates.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TemplatePage {
    /// By name.
    pub templates: Vec<Template>,
    /// After which the next page begins, when there is more.
    pub next: Option<TemplateName>,
}

impl MissionControl {
    /// A template, built in or of the project.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn template(
        &self,
        project: &ProjectId,
        name: &TemplateName,
    ) -> Result<Option<Template>, StoreError> {
        Ok(self.templates_named(project, std::slice::from_ref(name)).await?.pop())
    }

    /// Those of `names` that are there, in any order.
    pub(crate) async fn templates_named(
        &self,
        project: &ProjectId,
        names: &[TemplateName],
    ) -> Result<Vec<Template>, StoreError> {
        let mut found: Vec<Template> =
            names.iter().filter_map(|name| builtin(project, name)).collect();
        let others: Vec<TemplateName> =
            names.iter().filter(|name| builtin(project, name).is_none()).cloned().collect();
        if !others.is_empty() {
            found.extend(self.inner.stores.templates.templates_named(project, &others).await?);
        }
        Ok(found)
    }

    /// Templates of a project by name after `after`, those that are built in among them.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn templates(
        &self,
        project: &ProjectId,
        after: Option<&TemplateName>,
        limit: u32,
    ) -> Result<TemplatePage, StoreError> {
        let store = &self.inner.stores.templates;
        let mut templates = store.templates(project, after, limit.saturating_add(1)).await?;
        let behind = |template: &Template| after.is_none_or(|after| template.name > *after);
        templates.extend(builtins(project).into_iter().filter(behind));
        templates.sort_by(|one, other| one.name.cmp(&other.name));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = templates.len() > limit;
        templates.truncate(limit);
        let next = templates.last().filter(|_| more).map(|last| last.name.clone());
        Ok(TemplatePage { templates, next })
    }

    /// Keeps a new template, unless there is one that says the same.
    ///
    /// # Errors
    /// The refusal inside; storage trouble outside.
    pub async fn add_template(
        &self,
        project: &ProjectId,
        name: TemplateName,
        spec: TemplateSpec,
        by: ShortName,
        receipt: Option<Receipt<Kept<Template>>>,
    ) -> Result<Result<Once<Kept<Template>>, TemplateRefusal>, StoreError> {
        if let Some(there) = builtin(project, &name) {
            let same = Some(there).filter(|there| *there.spec == spec);
            let kept = same.map(|there| Once::Now(Kept::Same(there)));
            return Ok(kept.ok_or(TemplateRefusal::Taken));
        }
        let spec = match checked(spec) {
            Ok(spec) => Arc::new(spec),
            Err(faults) => return Ok(Err(TemplateRefusal::Wrong(faults))),
        };
        let new = NewTemplate { project: project.clone(), name, spec, created_by: by };
        let kept = self.inner.stores.templates.add_template(new, receipt).await?;
        Ok(kept.transpose().map_err(|why| match why {
            NotKept::Taken => TemplateRefusal::Taken,
            NotKept::Full => TemplateRefusal::Full,
        }))
    }

    /// Replaces what a template says, if it is still at `seen`, or whatever it is by now.
    ///
    /// # Errors
    /// The refusal inside; storage trouble outside.
    pub async fn put_template(
        &self,
        project: &ProjectId,
        name: &TemplateName,
        seen: Option<Revision>,
        spec: TemplateSpec,
    ) -> Result<Result<Template, TemplateRefusal>, StoreError> {
        if builtin(project, name).is_some() {
            return Ok(Err(TemplateRefusal::BuiltIn));
        }
        let spec = match checked(spec) {
            Ok(spec) => Arc::new(spec),
            Err(faults) => return Ok(Err(TemplateRefusal::Wrong(faults))),
        };
        let store = &self.inner.stores.templates;
        Ok(match store.put_template(project, name, seen, spec).await? {
            Changed::Done(template) => Ok(template),
            Changed::Missing => Err(TemplateRefusal::Missing),
            Changed::Stale => Err(TemplateRefusal::Stale),
        })
    }

    /// Removes a template. Missions that were made of it keep its name.
    ///
    /// # Errors
    /// The refusal inside; storage trouble outside.
    pub async fn remove_template(
        &self,
        project: &ProjectId,
        name: &TemplateName,
    ) -> Result<Result<(), TemplateRefusal>, StoreError> {
        if builtin(project, name).is_some() {
            return Ok(Err(TemplateRefusal::BuiltIn));
        }
        let there = self.inner.stores.templates.remove_template(project, name).await?;
        Ok(if there { Ok(()) } else { Err(TemplateRefusal::Missing) })
    }
}

/// What a template says, once it is known that missions can be made of it.
fn checked(spec: TemplateSpec) -> Result<TemplateSpec, Vec<Fault>> {
    let spec = spec.parse().map_err(|(field, invalid)| vec![Fault::of(field, &invalid)])?;
    let schema = Schema::parse(&spec.parameters)?;
    let known: BTreeSet<&str> = schema.names().collect();
    for (field, wording) in
        [("mission.title", &spec.mission_title), ("mission.description", &spec.mission_description)]
    {
        if wording.places().any(|place| !known.contains(place)) {
            let message = "names a parameter that is not among the properties of the schema";
            return Err(vec![Fault::new(field, "unknown_parameter", message)]);
        }
    }
    Ok(spec)
}
