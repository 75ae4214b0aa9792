//! The profile file: TOML in, checked profiles out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mission_control::missions::Kind;
use serde::Deserialize;
use toml::{Table, Value};

use super::binding::{Parameter, Parameters};
use super::error::{ProfileError, Refusal};
use super::template::CommandTemplate;
use super::{Profile, ResultRule, StdinRule};

/// The longest attempt that a profile may allow: a month, so that a slip of the finger shows.
const MAX_TIMEOUT_SECONDS: u64 = 30 * 24 * 60 * 60;

/// The prefix of what every program is told about its mission; not the operator's to set.
const RESERVED_PREFIX: &str = "MISSION_";

/// A profile as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    command: Vec<String>,
    workdir: Option<PathBuf>,
    timeout_seconds: Option<u64>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    stdin: StdinRule,
    #[serde(default)]
    result: ResultRule,
    #[serde(default)]
    allow_dash: bool,
    parameters: Option<BTreeMap<String, Table>>,
}

/// The profiles of the file at `path`. Folders in it that are not absolute are taken from the folder
/// of the file, wherever the worker was started.
pub(crate) fn read(path: &Path) -> Result<Vec<Profile>, ProfileError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ProfileError::Unreadable { path: path.to_owned(), source })?;
    let file: Table = text.parse().map_err(|source| ProfileError::NotToml {
        path: path.to_owned(),
        source: Box::new(source),
    })?;
    let folder = std::path::absolute(path)
        .map_err(|source| ProfileError::Unreadable { path: path.to_owned(), source })?;
    let folder = folder.parent().unwrap_or(Path::new("/"));
    let mut profiles = Vec::new();
    for (key, value) in file {
        let Value::Table(tables) = value else { return Err(ProfileError::UnexpectedKey { key }) };
        if key != "profiles" {
            return Err(ProfileError::UnexpectedKey { key });
        }
        for (name, written) in tables {
            profiles
                .push(parse(&name, written, folder).map_err(|refusal| refusal.in_profile(&name))?);
        }
    }
    Ok(profiles)
}

fn parse(name: &str, written: Value, folder: &Path) -> Result<Profile, Refusal> {
    let kind =
        name.parse::<Kind>().map_err(|invalid| Refusal::new(".", format!("its name {invalid}")))?;
    if kind.is_external() {
        return Err(Refusal::new(".", "no worker runs the kind `external`: choose another name"));
    }
    let written: Written = serde_path_to_error::deserialize(written)
        .map_err(|error| Refusal::new(error.path().to_string(), error.inner().message()))?;
    refuse_environment(&written.env)?;
    let timeout = written.timeout_seconds.map(timeout).transpose()?;
    let parameters = match (written.parameters, written.stdin) {
        (None, StdinRule::Mission) => Parameters::Unread,
        (listed, _) => Parameters::Listed(parameters(listed.unwrap_or_default(), folder)?),
    };
    let command = CommandTemplate::parse(&written.command, |name| parameters.has(name))
        .map_err(|problem| Refusal::new("command", problem))?;
    Ok(Profile {
        kind,
        workdir: written.workdir.map(|workdir| folder.join(workdir)),
        timeout,
        env: written.env,
        stdin: written.stdin,
        result: written.result,
        command,
        parameters,
        allow_dash: written.allow_dash,
    })
}

fn timeout(seconds: u64) -> Result<Duration, Refusal> {
    if !(1..=MAX_TIMEOUT_SECONDS).contains(&seconds) {
        let problem = format!("must be 1 to {MAX_TIMEOUT_SECONDS}");
        return Err(Refusal::new("timeout_seconds", problem));
    }
    Ok(Duration::from_secs(seconds))
}

fn refuse_environment(env: &BTreeMap<String, String>) -> Result<(), Refusal> {
    for (name, value) in env {
        let problem = if name.starts_with(RESERVED_PREFIX) {
            "names beginning with MISSION_ are set for every mission: choose another"
        } else if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
            "an environment variable has no `=` in its name and no NUL anywhere"
        } else {
            continue;
        };
        return Err(Refusal::new(format!("env.{name}"), problem));
    }
    Ok(())
}

fn parameters(
    tables: BTreeMap<String, Table>,
    folder: &Path,
) -> Result<BTreeMap<String, Parameter>, Refusal> {
    let mut parameters = BTreeMap::new();
    for (name, table) in tables {
        let place = format!("parameters.{name}");
        if name.is_empty() || name.contains(['{', '}']) {
            return Err(Refusal::new(place, "a parameter's name has no braces and is not empty"));
        }
        let parameter = parameter(table, folder).map_err(|refusal| match refusal.key.as_str() {
            "" => Refusal::new(&*place, refusal.problem),
            key => Refusal::new(format!("{place}.{key}"), refusal.problem),
        })?;
        parameters.insert(name, parameter);
    }
    Ok(parameters)
}

fn parameter(mut table: Table, folder: &Path) -> Result<Parameter, Refusal> {
    let required = table.remove("required");
    let default = table.remove("default");
    let required = required
        .map(|value| value.as_bool().ok_or_else(|| Refusal::new("required", "must be a boolean")))
        .transpose()?;
    match (required, &default) {
        (Some(false), None) => {
            return Err(Refusal::new("default", "a parameter that is not required needs one"));
        }
        (Some(true), Some(_)) => {
            let problem = "a required parameter never takes its default: remove one of the two";
            return Err(Refusal::new("default", problem));
        }
        (Some(true) | None, None) | (Some(false) | None, Some(_)) => {}
    }
    let rule: super::rule::Rule = serde_path_to_error::deserialize(Value::Table(table))
        .map_err(|error| Refusal::new("", error.inner().message()))?;
    let rule = rule.in_folder(folder);
    if let Some((key, problem)) = rule.flaw() {
        return Err(Refusal::new(key, problem));
    }
    let default = default
        .map(serde_json::to_value)
        .transpose()
        .map_err(|error| Refusal::new("default", error.to_string()))?;
    if let Some(value) = &default {
        rule.text(value).map_err(|problem| Refusal::new("default", problem))?;
    }
    Ok(Parameter { rule, default })
}
