//! The screen, and how a browser signs in.
//!
//! [`routes`] is everything that a browser asks for outside `/api`, and the two doors of a session.
//! `assets` answers with the files of the page, `shell` with the document that every address of
//! the page begins with, `sign_in` trades a password, a token or a code for the cookie of a session,
//! and `me` is what somebody may know and change of themselves.

mod assets;
mod me;
mod shell;
mod sign_in;

use std::path::PathBuf;
use std::sync::Arc;

use http::Method;
use mission_control_identity::{Access, Directory};
use mission_control_kernel::Clock;

use crate::auth::{Authenticator, Entrance};
use crate::http::{Charges, Route, on};

/// What the page needs.
pub struct Page {
    /// The records of people and their sessions.
    pub directory: Arc<dyn Directory>,
    /// Says who asks.
    pub authenticator: Arc<Authenticator>,
    /// How somebody comes in.
    pub entrance: Arc<Entrance>,
    /// When something was said.
    pub clock: Arc<dyn Clock>,
    /// Where the files are read from whenever one is asked for; those in the binary if there is no
    /// such folder.
    pub folder: Option<PathBuf>,
}

/// The files hold nothing that is secret, and who signs in is not known yet.
const OPEN: Access = Access::Open;
/// They come from memory, and one view of the page asks for dozens of them.
const FREE: Charges = Charges::Nobody;

/// The routes of the page.
#[must_use]
#[rustfmt::skip]
pub fn routes(page: Page) -> Vec<Route> {
    let p = &Arc::new(page);
    vec![
        Route::get("/", "page", OPEN, on(p, shell::show)).charging(FREE),
        Route::get("/enter", "page_enter", OPEN, on(p, shell::show)).charging(FREE),
        Route::get("/missions", "page_missions", OPEN, on(p, shell::show)).charging(FREE).query(shell::MISSIONS),
        Route::get("/missions/{id}", "page_mission", OPEN, on(p, shell::show)).charging(FREE).query(shell::MISSIONS),
        Route::get("/agents", "page_agents", OPEN, on(p, shell::show)).charging(FREE),
        Route::get("/login", "page_login", OPEN, on(p, shell::show)).charging(FREE).query(shell::LOGIN),
        Route::get("/account", "page_account", OPEN, on(p, shell::show)).charging(FREE),
        Route::get("/assets/{tree}/{*path}", "asset", OPEN, on(p, assets::show)).charging(FREE),

        Route::post("/api/login", "login", OPEN, on(p, sign_in::login)),
        Route::post("/api/logout", "logout", OPEN, on(p, sign_in::logout)),
        Route::get("/api/me", "me", Access::Known, on(p, me::show)),
        Route::post("/api/me/password", "change_password", Access::Known, on(p, me::change_password)),
        Route::get("/api/me/sessions", "sessions", Access::Known, on(p, me::sessions)),
        Route::new(Method::DELETE, "/api/me/sessions/{id}", "end_session", Access::Known, on(p, me::end_session)),
    ]
}
