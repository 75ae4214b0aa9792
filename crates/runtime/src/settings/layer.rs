//! What was given, from where, and which of it counts.

use std::collections::BTreeMap;

use super::catalog::ENVIRONMENT;
use super::parse::{self, Refusal};
use super::problem::{Origin, Problem};
use super::setting::Setting;
use super::words::Environment;

/// The text of a setting and the place that it came from.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) text: String,
    pub(super) origin: Origin,
}

/// What one source gave, or several laid over each other; `None` stands for a setting that was
/// given but could not be read, so that nobody takes it for missing.
#[derive(Default)]
pub(super) struct Layer(BTreeMap<&'static str, Option<Given>>);

impl Layer {
    pub(super) fn insert(&mut self, setting: &Setting, text: String, origin: Origin) {
        self.0.insert(setting.key, Some(Given { text, origin }));
    }

    /// Notes that the setting was given in a way that has been reported as a problem.
    pub(super) fn insert_unreadable(&mut self, setting: &Setting) {
        self.0.insert(setting.key, None);
    }

    pub(super) fn get(&self, setting: &Setting) -> Option<&Given> {
        self.0.get(setting.key)?.as_ref()
    }

    fn is_unreadable(&self, setting: &Setting) -> bool {
        matches!(self.0.get(setting.key), Some(None))
    }

    /// Both; what this one gave counts.
    pub(super) fn over(mut self, lower: Self) -> Self {
        for (key, given) in lower.0 {
            self.0.entry(key).or_insert(given);
        }
        self
    }
}

/// Parses what was given, or the default, and notes what was refused.
pub(super) struct Reader<'a> {
    given: &'a Layer,
    problems: &'a mut Vec<Problem>,
    production: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(given: &'a Layer, problems: &'a mut Vec<Problem>) -> Self {
        let word = given.get(&ENVIRONMENT).map_or(ENVIRONMENT.default, |given| &given.text);
        let production = parse::environment(word) == Ok(Environment::Production);
        Self { given, problems, production }
    }

    /// The value; `None` once a problem has been noted.
    pub(super) fn read<T>(
        &mut self,
        setting: &Setting,
        parse: fn(&str) -> Result<T, Refusal>,
    ) -> Option<T> {
        if self.given.is_unreadable(setting) {
            return None;
        }
        let (text, origin) = match self.given.get(setting) {
            Some(given) => (given.text.as_str(), given.origin.clone()),
            None => (self.default(setting), Origin::Default(setting.key)),
        };
        match parse(text) {
            Ok(value) => Some(value),
            Err(Refusal(rule)) => {
                let value = (!setting.secret).then(|| text.to_owned());
                self.problems.push(Problem::Refused { origin, value, rule });
                None
            }
        }
    }

    fn default(&self, setting: &Setting) -> &'static str {
        match setting.default_in_production {
            Some(default) if self.production => default,
            _ => setting.default,
        }
    }
}
