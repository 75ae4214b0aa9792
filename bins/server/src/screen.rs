//! Who may come in, and the page that they see.

use std::path::PathBuf;
use std::sync::Arc;

use mission_control::identity::Directory;
use mission_control::kernel::{Ids, StoreError, SystemClock, SystemIds};
use mission_control_runtime::{Secret, Settings};
use mission_control_transport::auth::{Authenticator, Entrance, Passwords, digest};
use mission_control_transport::http::{Dispatcher, Doors, Projects, Route, RouteTable};
use mission_control_transport::page::{self, Page};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::ServerError;
use crate::keys::Keys;

/// Who may come in, and how.
pub(crate) struct Screen {
    pub(crate) directory: Arc<dyn Directory>,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) passwords: Arc<Passwords>,
    pub(crate) projects: Arc<Projects>,
    entrance: Arc<Entrance>,
    ids: Arc<dyn Ids>,
}

impl Screen {
    /// Over the records of people.
    pub(crate) fn new(settings: &Settings, keys: &Keys, directory: Arc<dyn Directory>) -> Self {
        let token = settings.admin_token.as_ref().map(|token| digest(token.expose()));
        let authenticator = Authenticator::new(Arc::clone(&directory), Arc::new(SystemClock))
            .with_administrator(token)
            .with_cookie_of(keys.secret_key.expose().as_bytes())
            .open_to_everybody(settings.no_auth);
        let (authenticator, passwords) = (Arc::new(authenticator), Arc::<Passwords>::default());
        let entrance = Entrance::new(
            Arc::clone(&directory),
            Arc::clone(&authenticator),
            Arc::clone(&passwords),
            Arc::new(SystemClock),
        );
        let projects = Arc::new(Projects::of(Arc::clone(&directory)));
        let (entrance, ids) = (Arc::new(entrance), Arc::new(SystemIds::default()));
        Self { directory, authenticator, passwords, projects, entrance, ids }
    }

    /// Sees to it that the projects of the settings are there.
    pub(crate) async fn prepare(&self, settings: &Settings) -> Result<(), StoreError> {
        for project in &settings.projects {
            // There already is as good as made.
            self.directory.add_project(project).await?;
        }
        if settings.no_auth {
            warn!("anyone who can reach this address can do anything: started with --no-auth");
        }
        Ok(())
    }

    /// Serves `api` and the page, whose files come from `folder` if there is one.
    pub(crate) fn dispatcher(
        &self,
        mut api: Vec<Route>,
        doors: Doors,
        folder: Option<PathBuf>,
    ) -> Result<Dispatcher, ServerError> {
        api.extend(page::routes(Page {
            directory: Arc::clone(&self.directory),
            authenticator: Arc::clone(&self.authenticator),
            entrance: Arc::clone(&self.entrance),
            clock: Arc::new(SystemClock),
            folder,
        }));
        let table = RouteTable::described(api)?;
        let (authenticator, clock) = (Arc::clone(&self.authenticator), Arc::new(SystemClock));
        let dispatcher = Dispatcher::new(table, doors, authenticator, clock, Arc::clone(&self.ids));
        Ok(dispatcher.with_projects(Arc::clone(&self.projects)))
    }

    /// Notices what is taken from somebody elsewhere, and writes down what is used, until `stop`.
    pub(crate) fn watch(&self, stop: CancellationToken) -> impl Future<Output = ()> + use<> {
        let authenticator = Arc::clone(&self.authenticator);
        async move { authenticator.run(stop).await }
    }

    /// Lets its bearer in as the first administrator, once, within a quarter of an hour; `None` where
    /// there is an administrator already, or nobody is asked.
    pub(crate) async fn code(&self) -> Result<Option<Secret>, StoreError> {
        if self.authenticator.is_open_to_everybody() {
            return Ok(None);
        }
        self.entrance.setup_code().await
    }
}
