//! What a store must do for templates.

use std::sync::Arc;

use async_trait::async_trait;
use mission_control_kernel::{ProjectId, Revision, StoreError};
use mission_control_missions::{Once, Receipt, ShortName};

use super::{Template, TemplateName, TemplateSpec};

/// About how many templates a project may have: more than anybody finds their way in.
pub const MOST_TEMPLATES: u32 = 1_000;

/// A template that does not exist yet.
#[derive(Clone, PartialEq, Debug)]
pub struct NewTemplate {
    /// Whose.
    pub project: ProjectId,
    /// Its name there.
    pub name: TemplateName,
    /// What it says.
    pub spec: Arc<TemplateSpec>,
    /// Who makes it.
    pub created_by: ShortName,
}

/// What is kept under a name.
#[derive(Clone, PartialEq, Debug)]
pub enum Kept<T> {
    /// It is new.
    Made(T),
    /// It was there and says the same: whoever asks again because no answer came does no harm.
    Same(T),
}

impl<T> Kept<T> {
    /// What is there now.
    pub const fn there(&self) -> &T {
        match self {
            Self::Made(there) | Self::Same(there) => there,
        }
    }
}

/// Why something is not kept under a name; nothing has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotKept {
    /// By something else the name is taken.
    Taken,
    /// There are as many as there may be.
    Full,
}

/// What became of a change.
#[derive(Clone, PartialEq, Debug)]
pub enum Changed<T> {
    /// It is done.
    Done(T),
    /// There is nothing of this name.
    Missing,
    /// It is no longer as whoever asks has seen it.
    Stale,
}

impl<T> Changed<T> {
    /// What was changed.
    pub const fn done(&self) -> Option<&T> {
        match self {
            Self::Done(done) => Some(done),
            Self::Missing | Self::Stale => None,
        }
    }
}

/// Where templates are kept; those that are built in are not.
///
/// Every implementation MUST:
/// - answer a write only after it is durable;
/// - compare the revision that a change names with the row that it changes, in one step;
/// - find nothing outside the project it is given.
#[async_trait]
pub trait TemplateStore: Send + Sync + 'static {
    /// Those of `names` that are there, in any order.
    async fn templates_named(
        &self,
        project: &ProjectId,
        names: &[TemplateName],
    ) -> Result<Vec<Template>, StoreError>;

    /// Templates of a project, by name after `after`.
    async fn templates(
        &self,
        project: &ProjectId,
        after: Option<&TemplateName>,
        limit: u32,
    ) -> Result<Vec<Template>, StoreError>;

    /// Keeps a new one, and the receipt with it. [`NotKept::Full`] MAY come a few late when several are
    /// made at once.
    async fn add_template(
        &self,
        template: NewTemplate,
        receipt: Option<Receipt<Kept<Template>>>,
    ) -> Result<Once<Result<Kept<Template>, NotKept>>, StoreError>;

    /// Replaces what a template says, if it is still at `seen`, or whatever it is by now.
    async fn put_template(
        &self,
        project: &ProjectId,
        name: &TemplateName,
        seen: Option<Revision>,
        spec: Arc<TemplateSpec>,
    ) -> Result<Changed<Template>, StoreError>;

    /// Removes one; says whether it was there.
    async fn remove_template(
        &self,
        project: &ProjectId,
        name: &TemplateName,
    ) -> Result<bool, StoreError>;
}
