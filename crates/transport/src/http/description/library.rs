//! What is served of the description.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use mission_control_identity::{Access, Role};
use sha2::{Digest, Sha256};

use super::document::document;
use super::page;
use crate::http::endpoints::on;
use crate::http::preconditions::is_known;
use crate::http::{Charges, Problem, Reply, Request, Route};

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const CSS: HeaderValue = HeaderValue::from_static("text/css; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Nothing but our own style: the pages have no script at all.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);
/// Kept, and asked for again each time.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// A year, which stands for ever: another style has another name.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// So many hexadecimal digits tell two versions apart.
const TAG_BYTES: usize = 8;

/// Says which build serves and lists everything it can do, as the API itself lets nobody see
/// without a token (docs/decisions/0017).
const READERS: Access = Access::Project(Role::Viewer);
/// A refusal leads here, and whoever was refused for want of a token must be able to follow.
const OPEN: Access = Access::Open;
/// From memory, for whoever was refused: also for having asked too often.
const FREE: Charges = Charges::Nobody;

/// The description of one table of routes.
#[derive(Default)]
pub(in crate::http) struct Library(OnceLock<Texts>);

/// Written once.
struct Texts {
    openapi: Text,
    pages: [Text; 2],
    style: Text,
}

/// One text, and the tag that changes with it.
struct Text {
    bytes: Bytes,
    tag: String,
}

/// The routes that serve it.
#[rustfmt::skip]
pub(in crate::http) fn routes(library: &Arc<Library>) -> Vec<Route> {
    let l = library;
    vec![
        Route::get("/api/openapi.json", "openapi", READERS, on(l, openapi)),
        Route::get("/docs", "docs", READERS, on(l, docs)),
        Route::get("/docs/problems", "docs_problems", OPEN, on(l, problems)).charging(FREE),
        Route::get("/docs/style/{name}", "docs_style", OPEN, on(l, style)).charging(FREE),
    ]
}

impl Library {
    /// Describes `routes`; what was described before stays.
    pub(in crate::http) fn describe(&self, routes: &[&Route]) {
        self.0.get_or_init(|| Texts::of(routes));
    }

    fn texts(&self) -> Result<&Texts, Problem> {
        self.0.get().ok_or_else(Problem::not_found)
    }
}

impl Texts {
    fn of(routes: &[&Route]) -> Self {
        let document = document(routes);
        let style = Text::new(page::STYLE);
        let path = format!("/docs/style/{}", style.file());
        let json = mission_control_wire::to_bytes(&document)
            .expect("a description is JSON: a test reads all of it");
        Self {
            openapi: Text::new(json),
            pages: [Text::new(page::docs(&document, &path)), Text::new(page::problems(&path))],
            style,
        }
    }
}

impl Text {
    fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let digest = Sha256::digest(&bytes);
        let tag = digest[..TAG_BYTES].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { bytes, tag }
    }

    /// A name that changes with it.
    fn file(&self) -> String {
        format!("{}.css", self.tag)
    }

    /// The text, or 304 to whoever has it.
    fn reply(&self, kind: HeaderValue, request: &Request) -> Reply {
        let tag = HeaderValue::try_from(format!("\"{}\"", self.tag))
            .expect("hexadecimal digits and quotes are visible ASCII");
        let reply = if is_known(request, &tag) {
            Reply::not_modified()
        } else {
            Reply::bytes(kind, self.bytes.clone())
        };
        reply.etag(tag).header(CACHE_CONTROL, ASK_AGAIN)
    }
}

async fn openapi(library: Arc<Library>, request: Request) -> Result<Reply, Problem> {
    Ok(library.texts()?.openapi.reply(JSON, &request))
}

async fn docs(library: Arc<Library>, request: Request) -> Result<Reply, Problem> {
    let [docs, _] = &library.texts()?.pages;
    Ok(docs.reply(HTML, &request).header(CONTENT_SECURITY_POLICY, POLICY))
}

async fn problems(library: Arc<Library>, request: Request) -> Result<Reply, Problem> {
    let [_, problems] = &library.texts()?.pages;
    Ok(problems.reply(HTML, &request).header(CONTENT_SECURITY_POLICY, POLICY))
}

async fn style(library: Arc<Library>, request: Request) -> Result<Reply, Problem> {
    let style = &library.texts()?.style;
    if request.path().rsplit('/').next() != Some(style.file().as_str()) {
        return Err(Problem::not_found());
    }
    Ok(Reply::bytes(CSS, style.bytes.clone()).header(CACHE_CONTROL, FOR_EVER))
}
