//! A program from its first line to its exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::lifecycle::{Ending, Shutdown, Signals};
use crate::logging::{self, LogFile, LoggingError};
use crate::settings::{Loaded, Program, Settings};

/// What a shell script sees when the settings are wrong, so that it does not try again.
const WRONG_SETTINGS: u8 = 2;

/// Why a program ended badly.
#[derive(Debug, thiserror::Error)]
enum ProgramError<E: std::error::Error + 'static> {
    #[error(transparent)]
    Logging(#[from] LoggingError),
    #[error("cannot begin: {0}")]
    Runtime(#[from] io::Error),
    #[error("{0}")]
    Service(E),
}

/// The whole `main` of a program that serves until it is told to end: reads the settings, opens the
/// logs, runs `service`, and makes an exit code of how it ended. What is wrong stands on standard
/// error.
pub fn main<E: std::error::Error + 'static>(
    program: Program,
    service: impl AsyncFnOnce(Settings, Shutdown) -> Result<(), E>,
) -> ExitCode {
    let settings = match Settings::from_process(program) {
        Ok(Loaded::Run(settings)) => *settings,
        Ok(Loaded::Print(text)) => {
            tell(&text);
            return ExitCode::SUCCESS;
        }
        Err(error) => return fail(&error, WRONG_SETTINGS),
    };
    perform(settings, service).unwrap_or_else(|error| fail(&error, 1))
}

/// Says something on standard output. That nobody hears it is no reason to end: whoever closed it
/// does not want to know.
pub fn tell(text: &str) {
    let mut stdout = io::stdout().lock();
    let _unheard = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

fn perform<E: std::error::Error + 'static>(
    settings: Settings,
    service: impl AsyncFnOnce(Settings, Shutdown) -> Result<(), E>,
) -> Result<ExitCode, ProgramError<E>> {
    let log = logging::init(&settings)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let shutdown = Shutdown::new();
    let ending = runtime.block_on(async {
        let signals = Signals::listen()?;
        if let Some(reopening) = log.map(LogFile::reopen_at_hangup).transpose()? {
            tokio::spawn(reopening);
        }
        let service = service(settings, shutdown.clone());
        Ok::<_, ProgramError<E>>(shutdown.govern(signals, service).await)
    });
    // Whatever still runs has had its time.
    runtime.shutdown_background();
    match ending? {
        Ending::Finished(outcome) => {
            outcome.map(|()| ExitCode::SUCCESS).map_err(ProgramError::Service)
        }
        Ending::Forced(signal) => Ok(ExitCode::from(signal.exit_code())),
        Ending::Overdue => Ok(ExitCode::FAILURE),
    }
}

fn fail(error: &dyn std::error::Error, code: u8) -> ExitCode {
    let _unheard = writeln!(io::stderr(), "{error}");
    ExitCode::from(code)
}
