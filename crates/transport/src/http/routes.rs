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
        let any_word: Vec<Arc<Route>> = routes.iter().filter(|it| it.any_word).cloned().collect();
        let mut router = matchit::Router::new();
        for (path, mut routes) in places {
            for route in any_word.iter().filter(|route| stands_for(route.path, path)) {
                if routes.iter().all(|there| there.method != route.method) {
                    routes.push(Arc::clone(route));
                }
            }
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
        let place = self.place(path).ok_or_else(Problem::not_found)?;
        let route =
            place.route(method).ok_or_else(|| Problem::method_not_allowed(place.allow.clone()))?;
        Ok(Found { route: Arc::clone(route), spans: spans(route.path, path) })
    }

    /// The route that answers to a method on a path, if there is one.
    #[must_use]
    pub fn route(&self, method: &Method, path: &str) -> Option<&Route> {
        self.place(path)?.route(method).map(Arc::as_ref)
    }

    fn place(&self, path: &str) -> Option<&Place> {
        if let Ok(found) = self.router.at(path) {
            return Some(found.value);
        }
        let trimmed = without_slash(path);
        // One slash is forgiven, not two.
        if trimmed.len() == path.len() || trimmed.ends_with('/') {
            return None;
        }
        self.router.at(trimmed).ok().map(|found| found.value).filter(|place| !place.exact)
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

/// Whether a request for the path `fixed` is one for `path` too, with words of `fixed` for its
/// parameters.
fn stands_for(path: &'static str, fixed: &'static str) -> bool {
    let parts = || without_slash(path).split('/');
    let fits = |(part, word)| part == word || (name(part).is_some() && name(word).is_none());
    parts().count() == fixed.split('/').count() && parts().zip(fixed.split('/')).all(fits)
}

/// The name of a parameter, which is a whole part of a path.
fn name(part: &'static str) -> Option<&'static str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

/// Where the parameters of a route's path lie in the path of a request that has found it.
fn spans(route: &'static str, path: &str) -> Spans {
    let mut spans = Spans::new();
    let mut begin = 0;
    for part in route.split('/') {
        let rest = path.get(begin..).unwrap_or_default();
        let end = begin + rest.find('/').unwrap_or(rest.len());
        match name(part).map(|name| (name, name.strip_prefix('*'))) {
            Some((_, Some(name))) => spans.push((name, begin..path.len())),
            Some((name, None)) => spans.push((name, begin..end)),
            None => {}
        }
        begin = end + 1;
    }
    spans
}

fn without_slash(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some("") | None => path,
        Some(trimmed) => trimmed,
    }
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
        assert_eq!(table.place("/missions").unwrap().allow, "GET, HEAD, POST");
    }

    #[test]
    fn a_parameter_that_takes_any_word_takes_those_of_other_routes_too() {
        let put = Route::new(Method::PUT, "/missions/{id}", "set", Access::Open, nothing);
        let export = get("/missions/export", "export");
        let table =
            RouteTable::new(vec![get("/missions", "list"), export, put.any_word()]).unwrap();
        for path in ["/missions/export", "/missions/export/", "/missions/m7"] {
            let found = table.find(&Method::PUT, path).unwrap();
            assert_eq!(found.route.operation(), "set", "{path}");
            assert_eq!(found.spans, [("id", 10..path.trim_end_matches('/').len())], "{path}");
        }
        let get = table.find(&Method::GET, "/missions/export").unwrap();
        assert_eq!((get.route.operation(), get.spans), ("export", Spans::new()));
        assert_eq!(table.place("/missions/export").unwrap().allow, "GET, HEAD, PUT");
        assert_eq!(table.place("/missions").unwrap().allow, "GET, HEAD");
        let problem = table.find(&Method::GET, "/missions/m7").err().unwrap();
        assert_eq!(problem.status().as_u16(), 405);
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
