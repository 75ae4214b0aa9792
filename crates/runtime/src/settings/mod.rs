//! What a process is told: flags over environment variables over a file over defaults.
//!
//! `catalog` is the table of all settings; help text, [`reference()`] and the search for unknown
//! names are made from it. `flags`, `environment` and `file` each turn one source into a layer of
//! texts with their origins; the layers are laid over each other, parsed once, and `rules` checks
//! what settings ask of each other. Every problem is noted on the way, so that all of them are
//! reported together.

mod catalog;
mod environment;
mod file;
mod flags;
mod layer;
mod nearest;
mod parse;
mod problem;
mod reference;
mod rules;
mod setting;
mod words;

use std::ffi::OsString;
use std::net::SocketAddr;

use self::catalog::Draft;
pub use self::catalog::Settings;
use self::flags::CommandLine;
use self::layer::Reader;
pub use self::problem::{Origin, Problem, SettingsError};
pub use self::reference::reference;
pub use self::words::{Environment, HostName, LogFormat, Network, Program, WebOrigin};

/// What the command line asks for.
#[derive(Debug)]
pub enum Loaded {
    /// To run with these settings.
    Run(Box<Settings>),
    /// To show this text, which ends its own line, on standard output and end well: help, or the
    /// version.
    Print(String),
}

impl Settings {
    /// The settings of this process, from its arguments and environment.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn from_process(program: Program) -> Result<Loaded, SettingsError> {
        Self::load(program, std::env::args_os(), std::env::vars_os())
    }

    /// The settings of a program from these arguments, the program's name first, and these environment
    /// variables; reads the settings file and the files of secrets that they name.
    ///
    /// # Errors
    /// Every problem that was found: unknown names, refused values, unreadable files, and what is
    /// missing for the chosen host and environment.
    pub fn load(
        program: Program,
        args: impl Iterator<Item = OsString>,
        env: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Loaded, SettingsError> {
        let mut problems = Vec::new();
        let flags = match flags::read(program, args, &mut problems) {
            CommandLine::Print(text) => return Ok(Loaded::Print(text)),
            CommandLine::Run(flags) => flags,
        };
        let above = flags.over(environment::read(env, &mut problems));
        let file = file::read(&above, &mut problems);
        let given = above.over(file);

        let draft = Draft::read(&mut Reader::new(&given, &mut problems));
        rules::check(program, &draft, &mut problems);
        match draft.complete() {
            Some(settings) if problems.is_empty() => Ok(Loaded::Run(Box::new(settings))),
            _ => Err(SettingsError { problems }),
        }
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }
}
