//! What settings ask of each other.

use super::catalog::{
    ALLOWED_HOSTS, DEMO, Draft, NO_AUTH, NO_WORKER, POSTGRES_DSN, SECRET_KEY, TIER_ELITE,
    TIER_PROBATION, TRUSTED_PROXIES,
};
use super::problem::Problem;
use super::words::{Environment, Program};

/// Notes what is missing. A setting that was refused is not missing, so it is passed over here.
pub(super) fn check(program: Program, draft: &Draft, problems: &mut Vec<Problem>) {
    match program {
        Program::Server => for_a_server(draft, problems),
        Program::Worker => for_a_worker(draft, problems),
    }
}

/// A worker of its own is useless on a file that belongs to another process.
fn for_a_worker(draft: &Draft, problems: &mut Vec<Problem>) {
    if matches!(draft.postgres_dsn, Some(None)) {
        problems.push(Problem::NoSharedStore { variable: POSTGRES_DSN.variables[0] });
    }
}

fn for_a_server(draft: &Draft, problems: &mut Vec<Problem>) {
    let lacks_key = matches!(draft.secret_key, Some(None));
    let lacks_hosts = draft.allowed_hosts.as_ref().is_some_and(Vec::is_empty);
    let exposed = draft.host.filter(|host| !host.to_canonical().is_loopback());

    if let Some(host) = exposed {
        let missing = [(lacks_key, &SECRET_KEY), (lacks_hosts, &ALLOWED_HOSTS)];
        for (_, setting) in missing.into_iter().filter(|(is_missing, _)| *is_missing) {
            let (setting, variable) = (setting.key, setting.variables[0]);
            problems.push(Problem::Exposed { host, setting, variable });
        }
    } else if lacks_key && draft.environment == Some(Environment::Production) {
        problems.push(Problem::NoSecretKey { variable: SECRET_KEY.variables[0] });
    }
    if draft.no_auth == Some(true) {
        let setting = NO_AUTH.key;
        if let Some(host) = exposed {
            problems.push(Problem::OpenToOthers { setting, host });
        }
        if draft.environment == Some(Environment::Production) {
            problems.push(Problem::OpenInProduction { setting });
        }
        behind_nothing(draft, problems);
    }
    if draft.tier_probation.zip(draft.tier_elite).is_some_and(|(below, from)| below > from) {
        problems.push(Problem::TiersOverlap { below: TIER_PROBATION.key, from: TIER_ELITE.key });
    }
    if draft.demo == Some(true) {
        against_the_demo(draft, problems);
    }
}

/// Other names and proxies bring those from elsewhere to a loopback address.
fn behind_nothing(draft: &Draft, problems: &mut Vec<Problem>) {
    let conflicts = [
        (draft.allowed_hosts.as_ref().is_some_and(|hosts| !hosts.is_empty()), &ALLOWED_HOSTS),
        (draft.trusted_proxies.as_ref().is_some_and(|it| !it.is_empty()), &TRUSTED_PROXIES),
    ];
    for (_, other) in conflicts.into_iter().filter(|(is_there, _)| *is_there) {
        problems.push(Problem::OpenThroughOthers { setting: NO_AUTH.key, other: other.key });
    }
}

/// A demo never fills somebody's database, and is nothing without its agents.
fn against_the_demo(draft: &Draft, problems: &mut Vec<Problem>) {
    let conflicts = [
        (matches!(draft.postgres_dsn, Some(Some(_))), &POSTGRES_DSN),
        (draft.no_worker == Some(true), &NO_WORKER),
    ];
    for (_, setting) in conflicts.into_iter().filter(|(is_there, _)| *is_there) {
        problems.push(Problem::NotWithDemo { demo: DEMO.key, setting: setting.key });
    }
}
