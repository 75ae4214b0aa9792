//! What a worker's operator lets missions run.

mod binding;
mod error;
mod file;
mod rule;
mod template;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use mission_control::kernel::JsonText;
use mission_control::missions::Kind;
use serde::Deserialize;

pub(crate) use binding::BindError;
pub use error::ProfileError;
pub(crate) use file::read;

use binding::Parameters;
use template::CommandTemplate;

/// One profile, checked.
#[derive(Debug)]
pub(crate) struct Profile {
    /// The kind of missions that it runs: its name.
    pub(crate) kind: Kind,
    /// Where it runs; the worker's own folder when nothing is said.
    pub(crate) workdir: Option<PathBuf>,
    /// The longest that one attempt may take.
    pub(crate) timeout: Option<Duration>,
    /// Variables besides the ones that are kept and the mission's own.
    pub(crate) env: BTreeMap<String, String>,
    /// What the program reads.
    pub(crate) stdin: StdinRule,
    /// What becomes the mission's result.
    pub(crate) result: ResultRule,
    command: CommandTemplate,
    parameters: Parameters,
    allow_dash: bool,
}

/// What the program finds on its standard input.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum StdinRule {
    /// Nothing: it is closed.
    #[default]
    None,
    /// The mission as one JSON object.
    Mission,
}

/// What becomes the result of a mission whose program succeeds without a `::result` line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ResultRule {
    /// `{"exit_code", "last_line"}`.
    #[default]
    Summary,
    /// The whole standard output, which must be one JSON value.
    StdoutJson,
    /// The last line that is not empty, which must be one JSON value.
    LastLineJson,
    /// The standard output as a JSON string, cut where it is too long.
    Text,
    /// No result.
    None,
}

impl Profile {
    /// The program, which no mission chooses.
    pub(crate) fn program(&self) -> &str {
        self.command.program()
    }

    /// The arguments of one attempt.
    ///
    /// # Errors
    /// The mission's input does not fit the parameters.
    pub(crate) async fn arguments(
        &self,
        input: Option<&JsonText>,
    ) -> Result<Vec<OsString>, BindError> {
        let bound = self.parameters.bind(input).await?;
        self.command.expand(&bound, self.allow_dash)
    }
}
