//! The table of routes: one place that says what exists and who may use it.

use std::ops::Range;
use std::sync::Arc;

use http::{HeaderValue, Method};

use super::description::{self, Library};
use super::{Problem, Route};

/// All routes, compiled for look-up.
pub struct RouteTable {
    routes: Vec<Arc<Route>>,
    router: matchit::Router<Place>,
}

/// Why routes make no table. Each is a mistake in the program.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RouteTableError {
    /// One method of one path has two routes.
    #[error("{method} {path} is routed twice")]
    Twice {
        /// The method.
        method: Method,
        /// The path.
        path: &'static str,
    },
    /// Two routes have the same operation.
    #[error("the operation {operation} names two routes")]
    SameOperation {
        /// Its name.
        operation: &'static str,
    },
    /// A path that is malformed, or that cannot be told from another one.
    #[error("{path} cannot be routed: {reason}")]
    Path {
        /// The path.
        path: &'static str,
        /// What the router says.
        reason: matchit::InsertError,
    },
}

/// What a request found.
pub(super) struct Found {
    pub(super) route: Arc<Route>,
    pub(super) spans: Spans,
}

/// Names of path parameters, and where their raw values lie in the path of the request.
pub(super) type Spans = Vec<(&'static str, Range<usize>)>;

/// The routes of one path.
struct Place {
    routes: Vec<Arc<Route>>,
    exact: bool,
    allow: HeaderValue,
}

impl RouteTable {
    /// Compiles `routes`.
    ///
    /// # Errors
    /// [`RouteTableError`].
    pub fn new(routes: Vec<Route>) -> Result<Self, RouteTableError> {
        let routes: Vec<Arc<Route>> = routes.into_iter().map(Arc::new).collect();
        let mut places: Vec<(&'static str, Vec<Arc<Route>>)> = Vec::new();
        for (index, route) in routes.iter().enumerate() {
            if routes[..index].iter().any(|other| other.operation == route.operation) {
                return Err(RouteTableError::SameOperation { operation: route.operation });
            }
            let key = if route.exact { route.path } else { without_slash(route.path) };
            match places.iter_mut().find(|(path, _)| *path == key) {
                Some((_, there)) if there.iter().any(|other| other.method == route.method) => {
                    let (method, path) = (route.method.clone(), route.path);
                    return Err(RouteTableError::Twice { method, path });
                }
                Some((_, there)) => there.push(Arc::clone(route)),
                None => places.push((key, vec![Arc::clone(route)])),
            }
        }
        let mut router = matchit::Router::new();
        for (path, routes) in places {
            router
                .insert(path, Place::new(routes))
                .map_err(|reason| RouteTableError::Path { path, reason })?;
        }
        Ok(Self { routes, router })
    }

    /// Compiles `routes` and those that describe the whole table, themselves included.
    ///
    /// # Errors
    /// [`RouteTableError`].
    pub fn described(mut routes: Vec<Route>) -> Result<Self, RouteTableError> {
        let library = Arc::new(Library::default());
        routes.extend(description::routes(&library));
        let table = Self::new(routes)?;
        library.describe(&table.iter().collect::<Vec<_>>());
        Ok(table)
    }

    /// Every route, in the order given: for the API description and the matrix of policies.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Route> {
        self.routes.iter().map(Arc::as_ref)
    }

    /// The route of a request.
    ///
    /// # Errors
    /// 404, or 405 with `Allow`.
    pub(super) fn find(&self, method: &Method, path: &str) -> Result<Found, Problem> {
        let (place, params) = self.place(path).ok_or_else(Problem::not_found)?;
        let route =
            place.route(method).ok_or_else(|| Problem::method_not_allowed(place.allow.clone()))?;
        let values = params.iter().map(|(_, value)| span(path, value));
        let spans = names(route.path).zip(values).collect();
        Ok(Found { route: Arc::clone(route), spans })
    }

    fn place<'t, 'p>(&'t self, path: &'p str) -> Option<(&'t Place, matchit::Params<'t, 'p>)> {
        if let Ok(found) = self.router.at(path) {
            return Some((found.value, found.params));
        }
        let trimmed = without_slash(path);
        // One slash is forgiven, not two.
        if trimmed.len() == path.len() || trimmed.ends_with('/') {
            return None;
        }
        let found = self.router.at(trimmed).ok().filter(|found| !found.value.exact)?;
        Some((found.value, found.params))
    }
}

impl Place {
    fn new(routes: Vec<Arc<Route>>) -> Self {
        let mut methods: Vec<&str> = routes.iter().map(|route| route.method.as_str()).collect();
        if methods.contains(&"GET") && !methods.contains(&"HEAD") {
            methods.push("HEAD");
        }
        methods.sort_unstable();
        let allow = HeaderValue::try_from(methods.join(", ")).expect("methods are visible ASCII");
        let exact = routes.iter().any(|route| route.exact);
        Self { routes, exact, allow }
    }

    fn route(&self, method: &Method) -> Option<&Arc<Route>> {
        let of = |wanted: &Method| self.routes.iter().find(|route| route.method == *wanted);
        of(method).or_else(|| if *method == Method::HEAD { of(&Method::GET) } else { None })
    }
}

/// The names of the parameters of a route's path, from left to right as the router gives them.
fn names(path: &'static str) -> impl Iterator<Item = &'static str> {
    let braced = path.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    braced.map(|(name, _)| name.trim_start_matches('*'))
}

fn without_slash(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some("") | None => path,
        Some(trimmed) => trimmed,
    }
}

/// Where `part`, a slice of `whole`, lies in it.
fn span(whole: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    start..start + part.len()
}

#[cfg(test)]
mod tests {
    use mission_control_identity::{Access, Role};

    use super::super::{Reply, Request};
    use super::*;

    async fn nothing(_: Request) -> Result<Reply, Problem> {
        Ok(Reply::empty())
    }

    fn get(path: &'static str, operation: &'static str) -> Route {
        Route::get(path, operation, Access::Open, nothing)
    }

    fn table() -> RouteTable {
        RouteTable::new(vec![
            get("/", "home"),
            get("/missions", "list"),
            Route::post("/missions", "create", Access::Project(Role::Operator), nothing),
            get("/missions/export", "export"),
            get("/missions/{id}", "one"),
            get("/dashboard/stats/", "stats"),
            get("/ws/dashboard", "d").exact(),
            get("/ws/dashboard/", "b").exact(),
            get("/assets/{*path}", "assets"),
            get("/runs/{run}/steps/{step}", "step"),
        ])
        .unwrap()
    }

    #[test]
    fn a_request_finds_its_route_with_or_without_a_slash() {
        let table = table();
        let cases = [
            ("/", "home", ""),
            ("/missions", "list", ""),
            ("/missions/", "list", ""),
            ("/missions/export", "export", ""),
            ("/missions/m%2F7", "one", "id=m%2F7"),
            ("/missions/m7/", "one", "id=m7"),
            ("/dashboard/stats", "stats", ""),
            ("/dashboard/stats/", "stats", ""),
            ("/ws/dashboard", "d", ""),
            ("/ws/dashboard/", "b", ""),
            ("/assets/a/b.css", "assets", "path=a/b.css"),
            ("/runs/r1/steps/s2", "step", "run=r1 step=s2"),
        ];
        for (path, operation, param) in cases {
            let found = table.find(&Method::GET, path).unwrap();
            assert_eq!(found.route.operation(), operation, "{path}");
            let given =
                found.spans.iter().map(|(name, span)| format!("{name}={}", &path[span.clone()]));
            assert_eq!(given.collect::<Vec<_>>().join(" "), param, "{path}");
        }
        for path in ["", "//", "/missions//", "//missions", "/Missions", "/missions/a/b", "/x"] {
            let problem = table.find(&Method::GET, path).err().unwrap();
            assert_eq!(problem.status().as_u16(), 404, "{path}");
        }
    }

    #[test]
    fn a_reading_route_answers_head_and_no_other_method() {
        let table = table();
        assert_eq!(table.find(&Method::HEAD, "/missions").unwrap().route.operation(), "list");
        assert_eq!(table.find(&Method::POST, "/missions").unwrap().route.operation(), "create");
        let foo = Method::from_bytes(b"FOO").unwrap();
        for method in [Method::PUT, Method::DELETE, Method::OPTIONS, Method::TRACE, foo] {
            let problem = table.find(&method, "/missions/").err().unwrap();
            assert_eq!(problem.status().as_u16(), 405, "{method}");
        }
        assert_eq!(table.place("/missions").unwrap().0.allow, "GET, HEAD, POST");
    }

    #[test]
    fn mistakes_in_the_table_are_found_when_it_is_made() {
        let refused = |routes| RouteTable::new(routes).err().unwrap();
        let twice = refused(vec![get("/a", "x"), get("/a/", "y")]);
        assert_eq!(twice, RouteTableError::Twice { method: Method::GET, path: "/a/" });
        let same = refused(vec![get("/a", "x"), get("/b", "x")]);
        assert_eq!(same, RouteTableError::SameOperation { operation: "x" });
        let clash = refused(vec![get("/a/{x}", "x"), get("/a/{y}/", "y")]);
        assert!(matches!(clash, RouteTableError::Path { .. }), "{clash}");
    }
}
