//! Every route of a running server, as its own description tells them.

use anyhow::{Context, Result};
use http::{Method, StatusCode};
use serde_json::Value;

use crate::house::Control;

/// What stands for a parameter of a path: a thing that is not there.
const STRAY: &str = "019126f4-5d40-7000-8000-000000000001";

/// One route.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    /// With something in place of its parameters.
    pub(crate) path: String,
    /// Its name.
    pub(crate) operation: String,
    /// Whether it asks for a credential.
    pub(crate) closed: bool,
}

/// All of them.
pub(crate) async fn of(control: &Control) -> Result<Vec<Route>> {
    let document = control.admin.get("/api/openapi.json").await?.expect(StatusCode::OK)?;
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().context("paths")? {
        for (method, operation) in item.as_object().context("methods")? {
            let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes())?;
            let name = operation["operationId"].as_str().context("a name")?.to_owned();
            let closed = operation["security"] != Value::Array(Vec::new());
            routes.push(Route { method, path: filled(path), operation: name, closed });
        }
    }
    anyhow::ensure!(routes.len() > 50, "only {} routes", routes.len());
    Ok(routes)
}

/// The path with something in place of its parameters.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { STRAY } else { part });
    parts.collect::<Vec<_>>().join("/")
}
