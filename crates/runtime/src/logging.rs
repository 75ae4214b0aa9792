//! Log lines to standard error, and to a file if one is named.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::Subscriber;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

use crate::settings::{LogFormat, Settings};

/// The owner writes, the group (`adm`, as is usual for logs) reads: lines name people and missions.
const LOG_FILE_MODE: u32 = 0o640;

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
    /// Somebody else in this process has opened logs before.
    #[error("logging has been set up already in this process")]
    AlreadySet,
}

/// Opens the logs of this process; once only, before anything logs.
///
/// # Errors
/// [`LoggingError`]: the file cannot be opened, or logs are open already.
pub fn init(settings: &Settings) -> Result<(), LoggingError> {
    // Without a terminal there are no colours; with one, the layer still obeys NO_COLOR.
    let plain = !io::stderr().is_terminal();
    let console = output(settings.log_format, plain, io::stderr);
    subscriber(settings, console)?.try_init().map_err(|_| LoggingError::AlreadySet)
}

/// One place that lines go to.
type Output = Box<dyn Layer<Registry> + Send + Sync>;

fn subscriber(
    settings: &Settings,
    console: Output,
) -> Result<impl Subscriber + Send + Sync + use<>, LoggingError> {
    let mut outputs = vec![console];
    if let Some(path) = &settings.log_file {
        outputs.push(output(settings.log_format, true, Arc::new(open(path)?)));
    }
    Ok(Registry::default().with(outputs.with_filter(settings.log_filter.clone())))
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

/// Every line is one write at the end of the file, so that programs that rotate logs may cut it.
fn open(path: &Path) -> Result<File, LoggingError> {
    let opened = OpenOptions::new().append(true).create(true).mode(LOG_FILE_MODE).open(path);
    opened.map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => LoggingError::NoFolder(path.to_owned()),
        _ => LoggingError::Unwritable { path: path.to_owned(), source },
    })
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::Loaded;

    fn settings(folder: &Path, flags: &[String]) -> Settings {
        let data_dir = format!("--data-dir={}", folder.display());
        let args = ["server".to_owned(), data_dir].into_iter().chain(flags.iter().cloned());
        match Settings::load(args.map(OsString::from), std::iter::empty()).unwrap() {
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
        let subscriber = subscriber(&settings(folder.path(), &flags), silent()).unwrap();
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
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gone/server.log");
        let flags = [format!("--log-file={}", file.display())];
        let refused = subscriber(&settings(folder.path(), &flags), silent()).err().unwrap();
        assert!(matches!(&refused, LoggingError::NoFolder(path) if *path == file), "{refused}");
    }
}
