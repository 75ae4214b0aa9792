//! Which crate may see which: the picture of `docs/ARCHITECTURE.md` as a table.

use crate::house::{Complaint, Dependency, Package};

const KERNEL: &str = "mission-control-kernel";
const IDENTITY: &str = "mission-control-identity";
const MISSIONS: &str = "mission-control-missions";
const AGENTS: &str = "mission-control-agents";
const WORKFLOWS: &str = "mission-control-workflows";
const HEALTH: &str = "mission-control-health";
const CORE: &str = "mission-control";
const PERSISTENCE: &str = "mission-control-persistence";
const WIRE: &str = "mission-control-wire";
const DASHBOARD: &str = "mission-control-dashboard";
const TRANSPORT: &str = "mission-control-transport";
const OUTBOUND: &str = "mission-control-outbound";
const EXECUTORS: &str = "mission-control-executors";
const CLIENT: &str = "mission-control-client";
const RUNTIME: &str = "mission-control-runtime";
const CONFORMANCE: &str = "mission-control-conformance";
const SERVER: &str = "mission-control-server";
const WORKER: &str = "mission-control-worker";
const MISSIONCTL: &str = "mission-control-missionctl";
const TESTS: &str = "mission-control-tests";

/// Pure code: what it needs of the world comes in as an argument.
const DOMAIN: [&str; 6] = [KERNEL, IDENTITY, MISSIONS, AGENTS, WORKFLOWS, HEALTH];

/// The words, the domains and the facade: below every adapter.
const BELOW_ADAPTERS: [&str; 7] = [KERNEL, IDENTITY, MISSIONS, AGENTS, WORKFLOWS, HEALTH, CORE];

/// From whom to whom. `BELOW_ADAPTERS` is granted as a whole by the third member.
const ARROWS: [(&str, &[&str], bool); 20] = [
    (KERNEL, &[], false),
    (IDENTITY, &[KERNEL], false),
    (MISSIONS, &[KERNEL], false),
    (AGENTS, &[KERNEL], false),
    (HEALTH, &[KERNEL], false),
    (WORKFLOWS, &[KERNEL, MISSIONS], false),
    (CORE, &[KERNEL, IDENTITY, MISSIONS, AGENTS, WORKFLOWS, HEALTH], false),
    (WIRE, &[KERNEL], false),
    (DASHBOARD, &[], false),
    (RUNTIME, &[KERNEL], false),
    (OUTBOUND, &[KERNEL], false),
    (PERSISTENCE, &[], true),
    (TRANSPORT, &[WIRE, DASHBOARD], true),
    (EXECUTORS, &[OUTBOUND], true),
    (CLIENT, &[WIRE], true),
    (CONFORMANCE, &[], true),
    (SERVER, &[PERSISTENCE, TRANSPORT, EXECUTORS, OUTBOUND, RUNTIME], true),
    (WORKER, &[PERSISTENCE, EXECUTORS, OUTBOUND, CLIENT, RUNTIME], true),
    (MISSIONCTL, &[KERNEL, WIRE, CLIENT, RUNTIME], false),
    (TESTS, &[SERVER, WORKER, MISSIONCTL, CONFORMANCE], false),
];

/// What tests and examples may see besides.
const DEV_ARROWS: [(&str, &str); 3] =
    [(PERSISTENCE, CONFORMANCE), (CORE, PERSISTENCE), (TRANSPORT, PERSISTENCE)];

/// Libraries that a domain crate has no business with, and those that begin with them.
const IMPURE: [&str; 11] = [
    "tokio",
    "async-std",
    "futures",
    "serde",
    "rusqlite",
    "deadpool",
    "sqlx",
    "hyper",
    "http",
    "reqwest",
    "tracing",
];

/// Dependencies on our own crates that the table does not have, and crates it does not know.
pub(crate) fn forbidden(packages: &[Package]) -> Vec<Complaint> {
    let ours = |name: &str| ARROWS.iter().any(|(from, ..)| *from == name);
    let mut complaints = Vec::new();
    for package in packages {
        let name = package.name.as_str();
        let Some((_, to, below)) = ARROWS.iter().find(|(from, ..)| *from == name) else {
            complaints.push(format!("{name}: has no row in the table of arrows"));
            continue;
        };
        for Dependency { name: seen, dev } in &package.dependencies {
            let allowed = to.contains(&seen.as_str())
                || (*below && BELOW_ADAPTERS.contains(&seen.as_str()))
                || (*dev && DEV_ARROWS.contains(&(name, seen.as_str())));
            if ours(seen) && !allowed {
                complaints.push(format!("{name}: must not see {seen}"));
            }
        }
    }
    complaints
}

/// Domain crates that depend on a runtime, an encoding or a driver.
pub(crate) fn impure(packages: &[Package]) -> Vec<Complaint> {
    let domain = packages.iter().filter(|package| DOMAIN.contains(&package.name.as_str()));
    let mut complaints = Vec::new();
    for package in domain {
        for dependency in package.dependencies.iter().filter(|it| !it.dev) {
            let name = dependency.name.as_str();
            if IMPURE.iter().any(|impure| name.starts_with(impure)) {
                complaints.push(format!("{}: a domain crate must not see {name}", package.name));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, normal: &[&str], dev: &[&str]) -> Package {
        let of = |names: &[&str], dev| -> Vec<Dependency> {
            names.iter().map(|name| Dependency { name: (*name).to_owned(), dev }).collect()
        };
        Package {
            name: name.to_owned(),
            folder: String::new(),
            library: None,
            dependencies: [of(normal, false), of(dev, true)].concat(),
        }
    }

    #[test]
    fn an_arrow_that_points_up_is_refused() {
        assert_eq!(forbidden(&[package(KERNEL, &[MISSIONS], &[])]).len(), 1);
        assert_eq!(forbidden(&[package(CORE, &[PERSISTENCE], &[])]).len(), 1);
        assert_eq!(forbidden(&[package(TRANSPORT, &[PERSISTENCE, WIRE, CORE], &[])]).len(), 1);
        assert_eq!(forbidden(&[package(AGENTS, &[MISSIONS], &[])]).len(), 1);
    }

    #[test]
    fn an_arrow_for_tests_is_allowed_only_where_it_is_named() {
        assert!(forbidden(&[package(CORE, &[], &[PERSISTENCE])]).is_empty());
        assert_eq!(forbidden(&[package(EXECUTORS, &[], &[PERSISTENCE])]).len(), 1);
    }

    #[test]
    fn a_crate_without_a_row_is_refused() {
        assert_eq!(forbidden(&[package("mission-control-new", &[], &[])]).len(), 1);
    }

    #[test]
    fn a_domain_crate_with_a_driver_or_an_encoding_is_refused() {
        let missions = package(MISSIONS, &["thiserror", "serde_json", "tokio-postgres"], &[]);
        assert_eq!(impure(&[missions]).len(), 2);
        assert!(impure(&[package(CORE, &["tokio"], &[])]).is_empty());
        assert!(impure(&[package(AGENTS, &[], &["tokio"])]).is_empty());
    }
}
