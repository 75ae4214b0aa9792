//! The program: settings in, exit code out.

use std::process::ExitCode;

use mission_control_executors::{Custody, keeper};
use mission_control_runtime::program::{self, tell};
use mission_control_runtime::settings::Program;
use mission_control_worker::run;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if let Some(code) = keeper::take_over() {
        return code;
    }
    program::main(Program::Worker, async |settings, shutdown| {
        run(settings, Custody::new().kept(), shutdown, tell).await
    })
}
