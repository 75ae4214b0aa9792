//! The keeper: a small process between a worker and one of its programs, which sees to it that
//! nothing of the program outlives the worker.
//!
//! A worker that is killed can do nothing any more, so somebody else has to. The worker starts the
//! keeper, which is the worker's own program with a hidden first argument, and the keeper starts the
//! program. It is the *subreaper* of all that descends from it: whoever loses its parent becomes the
//! keeper's child, whatever session, group or environment it has given itself. So "kill the children
//! until there are none" ends them all, and the kernel itself says when there are none.
//!
//! Its own environment is empty: it carries no mark, so no sweep hits it while it does its work.
//!
//! Its standard input is one end of a pair of sockets; `words` is what is said there. When the other
//! end closes, the worker is gone or has dropped the attempt, and the keeper ends everything. A
//! signal for the death of the parent would not do: it comes with the end of the parent's *thread*.

mod family;
pub(crate) mod words;

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use nix::sys::signal::SigSet;

use self::family::Family;
use self::words::{Errand, Said, Told};

/// The hidden first argument. Folder, program and the program's arguments follow.
pub(crate) const ARGUMENT: &str = "__keep-a-mission-program";

/// What the table of processes shows.
pub(crate) const NAME: &str = "mission-control-keeper";

/// How long the worker is kept waiting for the end of what a program left behind; one stuck in the
/// kernel is waited for by the keeper alone.
const BURIAL: Duration = Duration::from_millis(500);

/// How long the keeper goes on killing what does not die. Longer than anything in the kernel should
/// hold a process; and a keeper must not stay for ever either.
const PERSISTENCE: Duration = Duration::from_secs(60);

/// Keeps a program if this process was started for that; then `main` returns what it gets. To be
/// called before anything else: arguments are not read, no thread is started.
#[must_use]
pub fn take_over() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != ARGUMENT {
        return None;
    }
    let (folder, program) = (arguments.next()?, arguments.next()?);
    let mut command = Command::new(program);
    command.args(arguments).process_group(0);
    if !folder.is_empty() {
        command.current_dir(folder);
    }
    // Nobody is left to hear of a failure: the worker sees the end of the keeper.
    Some(keep(command).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS))
}

/// The arguments of a keeper, up to those of the program.
pub(crate) fn arguments(folder: Option<&std::path::Path>, program: &str) -> [OsString; 3] {
    let folder = folder.map_or_else(OsString::new, |folder| folder.as_os_str().to_owned());
    [ARGUMENT.into(), folder, program.into()]
}

fn keep(mut command: Command) -> io::Result<()> {
    settle();
    let mut worker = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut orders = BufReader::new(worker.try_clone()?);
    let (variables, document) = errand(&mut orders)?;
    command.env_clear().envs(variables.split(|byte| *byte == 0).filter_map(variable));
    command.stdin(if document.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return say(&mut worker, Said::Refused(errno(&error))),
    };
    let family = Arc::new(Family::of(&child));
    // A worker that cannot be told has dropped the attempt meanwhile, and nothing of it may stay.
    if let Err(error) = be_deaf_and_mute().and_then(|()| say(&mut worker, Said::Started)) {
        family.end(PERSISTENCE);
        return Err(error);
    }
    feed(&mut child, document);
    thread::spawn({
        let family = Arc::clone(&family);
        move || obey(orders, &family)
    });
    let status = family.wait();
    let all_gone = family.end(BURIAL);
    let end = status.map_or_else(|error| Said::Unobserved(errno(&error)), Said::Ended);
    let told = say(&mut worker, end);
    if !all_gone {
        family.end(PERSISTENCE);
    }
    told
}

/// Away from the worker's terminal and group, and the parent of whoever loses its own.
fn settle() {
    // Refused to the leader of a group, which has no terminal's signals to fear.
    let _leads_already = rustix::process::setsid();
    #[cfg(target_os = "linux")]
    {
        let _before_linux_3_4 =
            rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
        let _only_a_name = nix::sys::prctl::set_name(c"mission-keeper");
    }
}

/// The program's environment, and what it is to read. A worker that ends before it has said all of
/// it wanted nothing.
fn errand(orders: &mut impl BufRead) -> io::Result<(Vec<u8>, Option<Vec<u8>>)> {
    let mut line = String::new();
    orders.read_line(&mut line)?;
    let errand = Errand::parse(&line).ok_or(io::ErrorKind::UnexpectedEof)?;
    let mut take = |size| {
        let mut bytes = vec![0; size];
        orders.read_exact(&mut bytes).map(|()| bytes)
    };
    Ok((take(errand.variables)?, errand.document.map(take).transpose()?))
}

fn variable(bytes: &[u8]) -> Option<(&OsStr, &OsStr)> {
    let equals = bytes.iter().position(|byte| *byte == b'=')?;
    Some((OsStr::from_bytes(&bytes[..equals]), OsStr::from_bytes(&bytes[equals + 1..])))
}

/// After the program was started, which would inherit all of it. Signals to the worker's group or
/// service must not end the keeper before the program; and the program's pipes end with the program,
/// with no word of the keeper in them.
fn be_deaf_and_mute() -> io::Result<()> {
    SigSet::all().thread_block()?;
    let nowhere = File::options().write(true).open("/dev/null")?;
    nix::unistd::dup2_stdout(&nowhere)?;
    nix::unistd::dup2_stderr(&nowhere)?;
    Ok(())
}

fn feed(child: &mut Child, document: Option<Vec<u8>>) {
    let Some((mut stdin, document)) = child.stdin.take().zip(document) else { return };
    let write = move |stdin: &mut ChildStdin| stdin.write_all(&document);
    // A program that does not read it may.
    thread::spawn(move || write(&mut stdin));
}

/// Follows the worker's orders, to the last of which its silence belongs.
fn obey(orders: impl BufRead, family: &Family) {
    for line in orders.lines().map_while(Result::ok) {
        match Told::parse(&line) {
            Some(Told::AskToEnd) => family.ask_to_end(),
            Some(Told::Kill) | None => break,
        }
    }
    family.end(PERSISTENCE);
    std::process::exit(0);
}

fn say(worker: &mut UnixStream, said: Said) -> io::Result<()> {
    worker.write_all(said.to_string().as_bytes())
}

fn errno(error: &io::Error) -> i32 {
    error.raw_os_error().unwrap_or(nix::libc::EIO)
}
