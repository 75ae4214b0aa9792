//! What settings ask of each other.

use super::catalog::{ALLOWED_HOSTS, Draft, SECRET_KEY};
use super::problem::Problem;
use super::words::Environment;

/// Notes what is missing. A setting that was refused is not missing, so it is passed over here.
pub(super) fn check(draft: &Draft, problems: &mut Vec<Problem>) {
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
}
