//! Settings from the command line, and its help text.

use std::ffi::OsString;

use clap::builder::ValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::catalog::CATALOG;
use super::layer::Layer;
use super::nearest::nearest;
use super::problem::{Origin, Problem};
use super::setting::Setting;
use super::words::Program;

/// Columns of the help text: a common terminal, and the same text everywhere.
const HELP_COLUMNS: usize = 100;

/// Whatever is no flag.
const WORDS: &str = "words";

/// What the command line asks for.
pub(super) enum CommandLine {
    /// To run with these.
    Run(Layer),
    /// To show this text.
    Print(String),
}

/// Reads the command line, the program's name first. The parser stops at the first flag that it
/// cannot read, so that one is noted, taken out, and the rest read again.
pub(super) fn read(
    program: Program,
    args: impl Iterator<Item = OsString>,
    problems: &mut Vec<Problem>,
) -> CommandLine {
    let mut args: Vec<OsString> = args.collect();
    loop {
        let error = match command(program).try_get_matches_from(&args) {
            Ok(matches) => return CommandLine::Run(gather(&matches, problems)),
            Err(error) => error,
        };
        let problem = match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                return CommandLine::Print(error.render().to_string());
            }
            ErrorKind::UnknownArgument => {
                take_out(&error, &mut args).map(|flag| unknown(program, &flag))
            }
            ErrorKind::InvalidValue => take_out(&error, &mut args)
                .map(|flag| Problem::MissingValue { flag: flag.trim_start_matches('-').into() }),
            _ => None,
        };
        let Some(problem) = problem else {
            problems.push(Problem::CommandLine { reason: first_line(&error) });
            return CommandLine::Run(Layer::default());
        };
        problems.push(problem);
    }
}

fn command(program: Program) -> Command {
    let words = Arg::new(WORDS).num_args(0..).hide(true).value_parser(ValueParser::os_string());
    let (name, about) = match program {
        Program::Server => ("mission-control", "The control room for AI agents"),
        Program::Worker => ("mission-control-worker", "A worker of the control room for AI agents"),
    };
    Command::new(name)
        .about(about)
        .version(env!("CARGO_PKG_VERSION"))
        .term_width(HELP_COLUMNS)
        .args(settings_of(program).filter_map(argument))
        .arg(words)
        .after_help(after_help(program))
}

fn settings_of(program: Program) -> impl Iterator<Item = &'static Setting> {
    CATALOG.iter().filter(move |setting| setting.is_for(program))
}

fn argument(setting: &Setting) -> Option<Arg> {
    let argument = Arg::new(setting.key)
        .long(setting.flag?)
        .value_name(setting.value_name)
        .value_parser(ValueParser::os_string())
        .action(ArgAction::Append)
        .help(help(setting));
    Some(if setting.switch {
        argument.num_args(0..=1).require_equals(true).default_missing_value("true")
    } else {
        argument.num_args(1)
    })
}

fn help(setting: &Setting) -> String {
    let mut help = setting.help.trim().to_owned();
    if let Some(default) = setting.default_in_words() {
        help += &format!(" [default: {default}]");
    }
    help += &format!(" [variable: {}]", setting.variables.join(", "));
    help
}

fn after_help(program: Program) -> String {
    let mut text = String::from(
        "Secrets are variables, never flags; <VARIABLE>_FILE names a file that holds the value:\n",
    );
    for setting in settings_of(program).filter(|setting| setting.flag.is_none()) {
        text += &format!("  {}\n      {}\n", setting.variables.join(", "), setting.help.trim());
    }
    text += "\nA flag counts more than a variable, a variable more than the settings file.";
    text
}

fn gather(matches: &ArgMatches, problems: &mut Vec<Problem>) -> Layer {
    let mut layer = Layer::default();
    for setting in CATALOG {
        let Some(flag) = setting.flag else { continue };
        // A flag that is another program's alone is not known to this command line.
        let values = matches.try_get_many::<OsString>(setting.key).ok().flatten();
        let mut values = values.unwrap_or_default();
        let Some(value) = values.next() else { continue };
        if values.next().is_some() {
            problems.push(Problem::RepeatedFlag { flag });
        }
        match value.to_str() {
            Some(text) => layer.insert(setting, text.to_owned(), Origin::Flag(flag)),
            None => {
                layer.insert_unreadable(setting);
                problems.push(Problem::NotUtf8 { origin: Origin::Flag(flag) });
            }
        }
    }
    for word in matches.get_many::<OsString>(WORDS).unwrap_or_default() {
        let word = word.to_string_lossy().into_owned();
        problems.push(Problem::UnexpectedWord { word });
    }
    layer
}

fn unknown(program: Program, flag: &str) -> Problem {
    let flag = flag.to_owned();
    let name = flag.trim_start_matches('-').replace('-', "_");
    if let Some(secret) = CATALOG.iter().find(|one| one.flag.is_none() && one.key == name) {
        return Problem::SecretFlag { flag, variable: secret.variables[0] };
    }
    let known =
        settings_of(program).filter_map(|setting| setting.flag).map(|flag| format!("--{flag}"));
    let nearest = nearest(&flag, known);
    Problem::UnknownFlag { flag, nearest }
}

/// Removes the flag that `error` is about, with what seems to be its value, and returns the flag.
fn take_out(error: &clap::Error, args: &mut Vec<OsString>) -> Option<String> {
    let Some(ContextValue::String(shown)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let flag = shown.split([' ', '=']).next()?.to_owned();
    let is_long = flag.starts_with("--");
    let is_it = |arg: &OsString| {
        let arg = arg.to_string_lossy();
        match arg.strip_prefix(&flag) {
            Some(rest) => !is_long || rest.is_empty() || rest.starts_with('='),
            None => false,
        }
    };
    let at = args.iter().skip(1).position(is_it)? + 1;
    let taken = args.remove(at);
    let holds_value = taken.to_string_lossy().contains('=');
    if !holds_value && args.get(at).is_some_and(|next| !next.to_string_lossy().starts_with('-')) {
        args.remove(at);
    }
    Some(flag)
}

fn first_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}
