//! The screen, and how a browser signs in.
//!
//! [`routes`] is everything that a browser asks for outside `/api`, and the two doors of a session.
//! `assets` answers with the files of the page, `shell` with the document that every address of
//! the page begins with, `sign_in` trades a token or a code for the cookie of a session.

mod assets;
mod shell;
mod sign_in;

use std::path::PathBuf;
use std::sync::Arc;

use mission_control_identity::{Access, Identities};
use mission_control_kernel::{Clock, Ids};

use crate::auth::Sessions;
use crate::http::{Route, on};

/// What the page needs.
pub struct Page {
    /// Says whose token it is that somebody signs in with.
    pub identities: Arc<dyn Identities>,
    /// Seals what they are given for it.
    pub sessions: Arc<Sessions>,
    /// When that ends.
    pub clock: Arc<dyn Clock>,
    /// Tells one from the other.
    pub ids: Arc<dyn Ids>,
    /// Where the files are read from whenever one is asked for; those in the binary if there is no
    /// such folder.
    pub folder: Option<PathBuf>,
}

/// The files hold nothing that is secret, and who signs in is not known yet.
const OPEN: Access = Access::Open;

/// The routes of the page.
#[must_use]
#[rustfmt::skip]
pub fn routes(page: Page) -> Vec<Route> {
    let p = &Arc::new(page);
    vec![
        Route::get("/", "page", OPEN, on(p, shell::show)),
        Route::get("/enter", "page_enter", OPEN, on(p, shell::show)),
        Route::get("/missions", "page_missions", OPEN, on(p, shell::show)).query(shell::MISSIONS),
        Route::get("/missions/{id}", "page_mission", OPEN, on(p, shell::show)).query(shell::MISSIONS),
        Route::get("/agents", "page_agents", OPEN, on(p, shell::show)),
        Route::get("/assets/{tree}/{*path}", "asset", OPEN, on(p, assets::show)),

        Route::post("/api/login", "login", OPEN, on(p, sign_in::login)),
        Route::post("/api/logout", "logout", OPEN, on(p, sign_in::logout)),
    ]
}
