//! Settings from a TOML file.

use std::io;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::catalog::{CATALOG, CONFIG, DATA_DIR};
use super::layer::Layer;
use super::nearest::nearest;
use super::problem::{Origin, Problem};
use crate::bounded_file::read_text;

/// The largest settings file: every setting at its longest is far below.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// The file in the data folder that is read if no other is named.
const FILE_NAME: &str = "config.toml";

/// Reads the file that `above` (flags over variables) names, else the one in the data folder.
pub(super) fn read(above: &Layer, problems: &mut Vec<Problem>) -> Layer {
    let named = above.get(&CONFIG).filter(|given| !given.text.is_empty());
    let (path, origin) = match named {
        Some(given) => (PathBuf::from(&given.text), given.origin.clone()),
        None => {
            let folder = above.get(&DATA_DIR).map_or(DATA_DIR.default, |given| &given.text);
            (Path::new(folder).join(FILE_NAME), Origin::Default(CONFIG.key))
        }
    };
    let mut layer = Layer::default();
    let text = match read_text(&path, MAX_FILE_BYTES) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => return layer,
        Err(error) => {
            problems.push(Problem::Unreadable { origin, path, reason: error.to_string() });
            return layer;
        }
    };
    if named.is_none() {
        layer.insert(&CONFIG, path.to_string_lossy().into_owned(), origin);
    }
    match text.parse::<Table>() {
        Ok(table) => {
            for (key, value) in &table {
                if let Err(problem) = read_key(&mut layer, &path, named.is_some(), key, value) {
                    problems.push(problem);
                }
            }
        }
        Err(error) => problems.push(syntax(path, &text, &error)),
    }
    layer
}

fn read_key(
    layer: &mut Layer,
    path: &Path,
    named: bool,
    key: &str,
    value: &Value,
) -> Result<(), Problem> {
    let settings = || CATALOG.iter().filter(|setting| setting.in_file);
    let Some(setting) = settings().find(|setting| setting.key == key) else {
        let nearest = nearest(key, settings().map(|setting| setting.key.to_owned()));
        return Err(Problem::UnknownKey { path: path.to_owned(), key: key.to_owned(), nearest });
    };
    if setting.key == DATA_DIR.key && !named {
        return Err(Problem::CircularDataDir { path: path.to_owned() });
    }
    let origin = Origin::File { path: path.to_owned(), key: setting.key };
    if let Some(text) = as_text(value) {
        layer.insert(setting, text, origin);
        return Ok(());
    }
    layer.insert_unreadable(setting);
    let rule = "must be a string, a whole number, true, false or a list of strings";
    Err(Problem::Refused { origin, value: None, rule: rule.to_owned() })
}

/// The text that a flag with this value would have.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(truth) => Some(truth.to_string()),
        Value::Array(items) => {
            let items: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            items.map(|items| items.join(","))
        }
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}

fn syntax(path: PathBuf, text: &str, error: &toml::de::Error) -> Problem {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    Problem::Syntax { path, line, reason: error.message().to_owned() }
}
