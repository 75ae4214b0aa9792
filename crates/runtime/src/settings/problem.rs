//! What can be wrong with settings, each in one sentence that says where and what to do.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

/// Everything that is wrong with the settings, so that one look mends all of it. Secrets are not in
/// it.
#[derive(Debug, thiserror::Error)]
#[error("the settings are not usable:{}", lines(problems))]
pub struct SettingsError {
    /// At least one.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Problem {
    /// A flag that does not exist.
    #[error("{flag} is not a flag{}", hint(nearest.as_deref()))]
    UnknownFlag {
        /// As written.
        flag: String,
        /// The flag that was probably meant.
        nearest: Option<String>,
    },
    /// A secret on the command line.
    #[error(
        "{flag} is not a flag, because other users can read a command line; set {variable} or \
         {variable}_FILE"
    )]
    SecretFlag {
        /// As written.
        flag: String,
        /// The variable to use instead.
        variable: &'static str,
    },
    /// A flag without the value that it needs.
    #[error("--{flag} needs a value")]
    MissingValue {
        /// Without its dashes.
        flag: String,
    },
    /// A flag that is there more than once.
    #[error("--{flag} is given more than once; give it once")]
    RepeatedFlag {
        /// Without its dashes.
        flag: &'static str,
    },
    /// A word that is no flag.
    #[error("{word:?} is not expected: there are only flags; --help lists them")]
    UnexpectedWord {
        /// As written.
        word: String,
    },
    /// Anything else on the command line that cannot be read.
    #[error("the command line cannot be read: {reason}")]
    CommandLine {
        /// The parser's sentence.
        reason: String,
    },
    /// A variable with our prefix that nobody reads.
    #[error("{variable} is not a setting{}", hint(nearest.as_deref()))]
    UnknownVariable {
        /// Its name.
        variable: String,
        /// The variable that was probably meant.
        nearest: Option<String>,
    },
    /// A variable and the one that names a file with its value, both set.
    #[error("{variable} and {variable}_FILE are both set; unset one of them")]
    BothGiven {
        /// The plain one.
        variable: &'static str,
    },
    /// A key of the settings file that nobody reads.
    #[error("{}: {key} is not a setting{}", path.display(), hint(nearest.as_deref()))]
    UnknownKey {
        /// The settings file.
        path: PathBuf,
        /// As written.
        key: String,
        /// The key that was probably meant.
        nearest: Option<String>,
    },
    /// A data folder named by a file that was found in the data folder.
    #[error(
        "{}: data_dir cannot stand in the file that was found in the data folder; set \
         MISSION_CONTROL_DATA_DIR, or name the file with --config",
        path.display()
    )]
    CircularDataDir {
        /// The settings file.
        path: PathBuf,
    },
    /// A file that is not TOML.
    #[error("{}:{line}: not valid TOML: {reason}", path.display())]
    Syntax {
        /// The settings file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// The parser's sentence, without the text of the line: it may hold a secret.
        reason: String,
    },
    /// A file that cannot be read.
    #[error("{origin}: cannot read {}: {reason}", path.display())]
    Unreadable {
        /// Who named the file.
        origin: Origin,
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A file of a secret that cannot be read. What the variable holds is not shown: it may be the
    /// secret itself, by mistake.
    #[error("{variable} must name a file that can be read: {reason}")]
    UnreadableSecretFile {
        /// The variable that should name it.
        variable: String,
        /// What the system says.
        reason: String,
    },
    /// A file that should hold a secret and holds nothing.
    #[error("{origin}: {} is empty; write the secret into it", path.display())]
    EmptySecretFile {
        /// Who named the file.
        origin: Origin,
        /// The file.
        path: PathBuf,
    },
    /// A value that is not UTF-8.
    #[error("{origin} is not valid UTF-8")]
    NotUtf8 {
        /// Where it stands.
        origin: Origin,
    },
    /// A value that breaks its setting's rule.
    #[error("{origin}{} {rule}", shown(value.as_deref()))]
    Refused {
        /// Where it stands.
        origin: Origin,
        /// The value; none if it is a secret.
        value: Option<String>,
        /// What it must be.
        rule: String,
    },
    /// An address that others can reach, without what keeps them out.
    #[error(
        "the host {host} can be reached from other machines, so {setting} is needed too: set \
         {variable}"
    )]
    Exposed {
        /// The address.
        host: IpAddr,
        /// The setting that is missing.
        setting: &'static str,
        /// The variable to set.
        variable: &'static str,
    },
    /// Production without a key of its own.
    #[error("production needs a secret_key: set {variable} to at least 32 random characters")]
    NoSecretKey {
        /// The variable to set.
        variable: &'static str,
    },
    /// Nobody is asked who they are, where others can reach the server.
    #[error(
        "{setting} lets in everybody who reaches the server, so it goes with a loopback address \
         alone, and {host} can be reached from other machines: leave out {setting}, or the host"
    )]
    OpenToOthers {
        /// The switch.
        setting: &'static str,
        /// The address.
        host: IpAddr,
    },
    /// Nobody is asked who they are, in production.
    #[error("{setting} lets in everybody, so it does not go with production: leave it out")]
    OpenInProduction {
        /// The switch.
        setting: &'static str,
    },
    /// Nobody is asked who they are, where others are expected to come.
    #[error(
        "{setting} lets in everybody who reaches the server, and {other} is for those who come \
         from elsewhere: leave out {setting}, or {other}"
    )]
    OpenThroughOthers {
        /// The switch.
        setting: &'static str,
        /// What lets others come.
        other: &'static str,
    },
    /// A worker of its own without a store that processes share.
    #[error(
        "a worker of its own needs the PostgreSQL database of its servers, and {variable} is not \
         set; SQLite belongs to one process: there, run the server alone, which has a worker inside"
    )]
    NoSharedStore {
        /// The variable to set.
        variable: &'static str,
    },
    /// Tiers of which an agent could have two at a time.
    #[error("{below} is more than {from}: make it as much or less")]
    TiersOverlap {
        /// Below which one is on probation.
        below: &'static str,
        /// From which one is elite.
        from: &'static str,
    },
    /// A demo, and what a demo does not go with.
    #[error(
        "{demo} runs on SQLite in a folder of its own, with agents of its own: leave out {setting}, \
         or leave out {demo}"
    )]
    NotWithDemo {
        /// The switch of the demo.
        demo: &'static str,
        /// What is to be left out.
        setting: &'static str,
    },
}

/// Where a value stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// On the command line: the flag without its dashes.
    Flag(&'static str),
    /// In the environment: the variable.
    Variable(String),
    /// In a file that a variable names.
    VariableFile {
        /// The variable.
        variable: String,
        /// The file.
        path: PathBuf,
    },
    /// In the settings file.
    File {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
    },
    /// Nowhere: the default of the setting with this key.
    Default(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "--{flag}"),
            Self::Variable(variable) => f.write_str(variable),
            Self::VariableFile { variable, path } => {
                write!(f, "{} (named by {variable})", path.display())
            }
            Self::File { path, key } => write!(f, "{}:{key}", path.display()),
            Self::Default(key) => write!(f, "the default of {key}"),
        }
    }
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("\n  - {problem}")).collect()
}

fn hint(nearest: Option<&str>) -> String {
    match nearest {
        Some(name) => format!("; did you mean {name}?"),
        None => "; --help lists what there is".to_owned(),
    }
}

fn shown(value: Option<&str>) -> String {
    value.map_or_else(String::new, |value| format!(" = {value:?}"))
}
