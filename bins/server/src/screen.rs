//! The page, and the code that opens it signed in.

use std::path::PathBuf;
use std::sync::Arc;

use mission_control::identity::{Identities, TokenDigest};
use mission_control::kernel::{Clock, Ids, ProjectId, SystemClock, SystemIds};
use mission_control_transport::auth::{FixedAdmin, Sessions, digest};
use mission_control_transport::http::{Dispatcher, Doors, Route, RouteTable};
use mission_control_transport::page::{self, Page};

use crate::ServerError;
use crate::keys::Keys;

/// Who may come in, and how: by token, or by a session that a browser got for it.
pub(crate) struct Screen {
    administrator: TokenDigest,
    identities: Arc<dyn Identities>,
    sessions: Arc<Sessions>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl Screen {
    pub(crate) fn new(keys: &Keys) -> Self {
        let administrator = digest(keys.admin_token.expose());
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds::default()));
        let key = keys.secret_key.expose().as_bytes();
        Self {
            administrator,
            identities: Arc::new(FixedAdmin::new(administrator)),
            sessions: Arc::new(Sessions::new(key, ids.next(clock.now()))),
            clock,
            ids,
        }
    }

    /// Serves `api` and the page, whose files come from `folder` if there is one.
    pub(crate) fn dispatcher(
        &self,
        mut api: Vec<Route>,
        doors: Doors,
        folder: Option<PathBuf>,
        projects: Vec<ProjectId>,
    ) -> Result<Dispatcher, ServerError> {
        api.extend(page::routes(Page {
            identities: Arc::clone(&self.identities),
            sessions: Arc::clone(&self.sessions),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            folder,
        }));
        let table = RouteTable::described(api)?;
        let (identities, clock) = (Arc::clone(&self.identities), Arc::clone(&self.clock));
        let dispatcher = Dispatcher::new(table, doors, identities, clock, Arc::clone(&self.ids));
        Ok(dispatcher.with_sessions(Arc::clone(&self.sessions)).with_projects(projects))
    }

    /// Lets its bearer in as the administrator, once, within a quarter of an hour.
    pub(crate) fn code(&self) -> String {
        let now = self.clock.now();
        self.sessions.code(&self.administrator, now, self.ids.next(now))
    }
}
