//! The program: settings in, exit code out.

use std::process::ExitCode;

use mission_control_executors::{Custody, keeper};
use mission_control_runtime::program::{self, tell};
use mission_control_runtime::settings::Program;
use mission_control_server::{bind, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if let Some(code) = keeper::take_over() {
        return code;
    }
    program::main(Program::Server, async |settings, shutdown| {
        let listener = bind(&settings).await?;
        run(settings, listener, Custody::new().kept(), shutdown, tell).await
    })
}
