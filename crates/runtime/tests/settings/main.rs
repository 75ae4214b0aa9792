//! Every rule about settings, as a process meets it: arguments, environment and files in, settings
//! or problems out.

mod precedence;
mod reach;
mod refusals;
mod rules;
mod secrets;
mod texts;
mod values;

use std::ffi::OsString;
use std::path::Path;

use mission_control_runtime::settings::{Problem, SettingsError};
use mission_control_runtime::{Loaded, Program, Settings};
use tempfile::{TempDir, tempdir};

/// A key that is as short as it may be.
const KEY: &str = "7Gq2vXo0pLr9sTz4bNc8yWm1eKd6hJf3";

/// A process that is about to start, in a data folder of its own.
struct Start {
    folder: TempDir,
    program: Program,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
}

impl Start {
    fn new() -> Self {
        Self::of(Program::Server)
    }

    fn of(program: Program) -> Self {
        let folder = tempdir().unwrap();
        let env = vec![("MISSION_CONTROL_DATA_DIR".into(), folder.path().into())];
        Self { folder, program, args: vec!["server".into()], env }
    }

    fn flags(mut self, flags: &[&str]) -> Self {
        self.args.extend(flags.iter().map(OsString::from));
        self
    }

    fn variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    fn variables(self, variables: &[(&str, &str)]) -> Self {
        variables.iter().fold(self, |start, (name, value)| start.variable(name, value))
    }

    /// Writes a file into the data folder.
    fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path(name), text).unwrap();
        self
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn load(&self) -> Result<Loaded, SettingsError> {
        Settings::load(self.program, self.args.iter().cloned(), self.env.iter().cloned())
    }

    fn settings(&self) -> Settings {
        match self.load() {
            Ok(Loaded::Run(settings)) => *settings,
            Ok(Loaded::Print(text)) => panic!("only a text: {text}"),
            Err(error) => panic!("{error}"),
        }
    }

    fn text(&self) -> String {
        match self.load() {
            Ok(Loaded::Print(text)) => text,
            other => panic!("no text: {other:?}"),
        }
    }

    fn error(&self) -> SettingsError {
        self.load().map(|loaded| panic!("not refused: {loaded:?}")).unwrap_err()
    }

    fn problems(&self) -> Vec<Problem> {
        self.error().problems
    }

    /// The sentence of the only problem.
    fn sentence(&self) -> String {
        let problems = self.problems();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        problems[0].to_string()
    }
}
