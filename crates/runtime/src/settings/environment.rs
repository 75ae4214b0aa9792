//! Settings from environment variables.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use super::catalog::CATALOG;
use super::layer::Layer;
use super::nearest::{PREFIXES, nearest};
use super::problem::{Origin, Problem};
use super::setting::{Setting, file_variable};
use crate::bounded_file::read_text;

/// The largest file with a secret: keys and addresses are short.
const MAX_SECRET_FILE_BYTES: u64 = 64 * 1024;

/// Reads the variables of all settings. An empty one counts as unset, because that is what
/// container files make of a value that nobody filled in.
pub(super) fn read(
    variables: impl Iterator<Item = (OsString, OsString)>,
    problems: &mut Vec<Problem>,
) -> Layer {
    let variables: BTreeMap<String, OsString> = variables
        .filter_map(|(name, value)| name.into_string().ok().map(|name| (name, value)))
        .collect();
    refuse_unknown(&variables, problems);

    let mut layer = Layer::default();
    for setting in CATALOG {
        let found = setting.variables.iter().find_map(|name| read_one(setting, name, &variables));
        match found {
            Some(Ok((text, origin))) => layer.insert(setting, text, origin),
            Some(Err(problem)) => {
                layer.insert_unreadable(setting);
                problems.push(problem);
            }
            None => {}
        }
    }
    layer
}

fn refuse_unknown(variables: &BTreeMap<String, OsString>, problems: &mut Vec<Problem>) {
    let known = || CATALOG.iter().flat_map(Setting::all_variables);
    let ours = |name: &str| PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    for name in variables.keys() {
        if ours(name) && !known().any(|one| one == *name) {
            let nearest = nearest(name, known());
            problems.push(Problem::UnknownVariable { variable: name.clone(), nearest });
        }
    }
}

fn read_one(
    setting: &Setting,
    variable: &'static str,
    variables: &BTreeMap<String, OsString>,
) -> Option<Result<(String, Origin), Problem>> {
    let set = |name: &str| variables.get(name).filter(|value| !value.is_empty());
    let file = if setting.secret { set(&file_variable(variable)) } else { None };
    match (set(variable), file) {
        (None, None) => None,
        (Some(_), Some(_)) => Some(Err(Problem::BothGiven { variable })),
        (None, Some(path)) => Some(read_secret(file_variable(variable), Path::new(path))),
        (Some(value), None) => {
            let origin = Origin::Variable(variable.to_owned());
            Some(match value.clone().into_string() {
                Ok(text) => Ok((text, origin)),
                Err(_) => Err(Problem::NotUtf8 { origin }),
            })
        }
    }
}

fn read_secret(variable: String, path: &Path) -> Result<(String, Origin), Problem> {
    let text = match read_text(path, MAX_SECRET_FILE_BYTES) {
        Ok(text) => text,
        Err(error) => {
            return Err(Problem::UnreadableSecretFile { variable, reason: error.to_string() });
        }
    };
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        let origin = Origin::Variable(variable);
        return Err(Problem::EmptySecretFile { origin, path: path.to_owned() });
    }
    Ok((text.to_owned(), Origin::VariableFile { variable, path: path.to_owned() }))
}
