//! Log lines to standard error, and to a file if one is named.

mod file;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use tracing::Subscriber;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

pub use self::file::LogFile;
use crate::data_folder::{self, DataFolderError};
use crate::settings::{LogFormat, Settings};

/// Why logs could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The file's folder is not there.
    #[error("cannot log to {}: its folder does not exist; make it, or set log_file", .0.display())]
    NoFolder(PathBuf),
    /// The file cannot be opened for writing.
    #[error("cannot log to {}: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file lies in the data folder, which cannot be used.
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    /// Somebody else in this process has opened logs before.
    #[error("logging has been set up already in this process")]
    AlreadySet,
}

/// Opens the logs of this process; once only, before anything logs. Hands the file back that lines
/// go to, if one is named.
///
/// # Errors
/// [`LoggingError`]: the file cannot be opened, or logs are open already.
pub fn init(settings: &Settings) -> Result<Option<LogFile>, LoggingError> {
    // Without a terminal there are no colours; with one, the layer still obeys NO_COLOR.
    let plain = !io::stderr().is_terminal();
    let console = output(settings.log_format, plain, io::stderr);
    let file = file(settings)?;
    let subscriber = subscriber(settings, console, file.clone());
    subscriber.try_init().map_err(|_| LoggingError::AlreadySet)?;
    Ok(file)
}

/// The file of the settings. One in the data folder may be the first thing there: the folder is made
/// as its owner will want to find it.
fn file(settings: &Settings) -> Result<Option<LogFile>, LoggingError> {
    let Some(path) = &settings.log_file else { return Ok(None) };
    if path.parent().is_some_and(|folder| same(folder, &settings.data_dir)) {
        data_folder::prepare(&settings.data_dir)?;
    }
    LogFile::open(path).map(Some)
}

fn same(one: &Path, other: &Path) -> bool {
    let absolute = |path: &Path| std::path::absolute(path).ok();
    absolute(one).is_some_and(|one| absolute(other).is_some_and(|other| one == other))
}

/// One place that lines go to.
type Output = Box<dyn Layer<Registry> + Send + Sync>;

fn subscriber(
    settings: &Settings,
    console: Output,
    file: Option<LogFile>,
) -> impl Subscriber + Send + Sync + use<> {
    let mut outputs = vec![console];
    outputs.extend(file.map(|file| output(settings.log_format, true, file)));
    Registry::default().with(outputs.with_filter(settings.log_filter.clone()))
}

fn output<W>(format: LogFormat, plain: bool, writer: W) -> Output
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let layer = fmt::layer().with_writer(writer);
    match format {
        LogFormat::Json => layer.json().boxed(),
        LogFormat::Text if plain => layer.with_ansi(false).boxed(),
        LogFormat::Text => layer.boxed(),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::{Loaded, Program};

    fn settings(folder: &Path, flags: &[String]) -> Settings {
        let data_dir = format!("--data-dir={}", folder.display());
        let args = ["server".to_owned(), data_dir].into_iter().chain(flags.iter().cloned());
        match Settings::load(Program::Server, args.map(OsString::from), std::iter::empty()).unwrap()
        {
            Loaded::Run(settings) => *settings,
            Loaded::Print(text) => panic!("{text}"),
        }
    }

    fn silent() -> Output {
        output(LogFormat::Text, true, io::sink)
    }

    fn logged(format: &str, filter: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server.log");
        std::fs::write(&file, "before\n").unwrap();
        let flags = [
            format!("--log-file={}", file.display()),
            format!("--log-format={format}"),
            format!("--log-filter={filter}"),
        ];
        let log = LogFile::open(&file).unwrap();
        let subscriber = subscriber(&settings(folder.path(), &flags), silent(), Some(log));
        tracing::subscriber::with_default(subscriber, || {
            tracing::debug!("quiet");
            tracing::info!(missions = 3, "loud");
        });
        std::fs::read_to_string(file).unwrap()
    }

    #[test]
    fn lines_are_added_to_the_file_as_text_without_colours() {
        let log = logged("text", "info");
        let lines: Vec<&str> = log.lines().collect();
        assert_eq!(lines[0], "before");
        assert!(lines[1].contains(" INFO ") && lines[1].ends_with("loud missions=3"), "{log}");
        assert_eq!(lines.len(), 2, "{log}");
    }

    #[test]
    fn json_lines_are_objects() {
        let log = logged("json", "debug");
        let lines: Vec<&str> = log.lines().skip(1).collect();
        assert_eq!(lines.len(), 2, "{log}");
        assert!(lines[1].starts_with('{') && lines[1].contains(r#""missions":3"#), "{log}");
    }

    #[test]
    fn the_filter_works_by_target() {
        assert_eq!(logged("text", "info,mission_control_runtime=off"), "before\n");
    }

    #[test]
    fn a_file_in_the_data_folder_may_be_the_first_thing_there() {
        let folder = tempfile::tempdir().unwrap();
        for data in ["fresh", "there"] {
            let data = folder.path().join(data);
            if data.ends_with("there") {
                std::fs::create_dir(&data).unwrap();
            }
            let flag = format!("--log-file={}/server.log", data.display());
            let log = file(&settings(&data, &[flag])).unwrap();
            assert!(log.is_some() && data.join("server.log").is_file());
            crate::DataFolder::open(&data).unwrap();
        }
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gone/server.log");
        let refused = LogFile::open(&file).unwrap_err();
        assert!(matches!(&refused, LoggingError::NoFolder(path) if *path == file), "{refused}");
    }
}
