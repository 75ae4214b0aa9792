//! The program: settings in, exit code out.

use std::io::{self, Write};
use std::process::ExitCode;

use mission_control_runtime::{Ending, Loaded, Settings, Shutdown, Signals, logging};
use mission_control_server::{bind, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a shell script sees when the settings are wrong, so that it does not try again.
const WRONG_SETTINGS: u8 = 2;

fn main() -> ExitCode {
    let settings = match Settings::from_process() {
        Ok(Loaded::Run(settings)) => *settings,
        Ok(Loaded::Print(text)) => {
            tell(&text);
            return ExitCode::SUCCESS;
        }
        Err(error) => return fail(&error, WRONG_SETTINGS),
    };
    match start(settings) {
        Ok(code) => code,
        Err(error) => fail(&*error, 1),
    }
}

fn start(settings: Settings) -> anyhow::Result<ExitCode> {
    logging::init(&settings)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let shutdown = Shutdown::new();
    let ending = runtime.block_on(async {
        let signals = Signals::listen()?;
        let listener = bind(&settings).await?;
        let service = run(settings, listener, shutdown.clone(), tell);
        anyhow::Ok(shutdown.govern(signals, service).await)
    });
    // Whatever still runs has had its time.
    runtime.shutdown_background();
    match ending? {
        Ending::Finished(outcome) => outcome.map(|()| ExitCode::SUCCESS).map_err(Into::into),
        Ending::Forced(signal) => Ok(ExitCode::from(signal.exit_code())),
        Ending::Overdue => Ok(ExitCode::FAILURE),
    }
}

/// A closed standard output is no reason to end: whoever closed it does not want to know.
fn tell(text: &str) {
    let mut stdout = io::stdout().lock();
    let _unheard = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

fn fail(error: &dyn std::error::Error, code: u8) -> ExitCode {
    let _unheard = writeln!(io::stderr(), "{error}");
    ExitCode::from(code)
}
