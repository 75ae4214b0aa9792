//! What every binary needs before and around its work: settings, secrets, a data folder, logs and
//! an orderly end.
//!
//! A binary's `main` is [`program::main`] with its service: [`Settings::from_process`] says what is
//! wanted or what is wrong with it, [`logging::init`] opens the logs, and [`Shutdown::govern`] runs
//! the service until it ends or somebody wants it to end. The service begins with
//! [`DataFolder::open`], which makes it the only one on its data. Only `program` prints.

mod bounded_file;
mod data_folder;
mod host;
mod lifecycle;
pub mod logging;
pub mod program;
mod secret;
pub mod settings;

pub use data_folder::{DataFolder, DataFolderError};
pub use host::host_name;
pub use lifecycle::{DRAIN_WITHIN, EXIT_WITHIN, Ending, Shutdown, Signal, Signals};
pub use secret::random_secret;
pub use settings::{Loaded, Program, Settings, SettingsError};

pub use mission_control_kernel::Secret;
