//! The secrets of a server: given, or made once and kept in its data folder.

use mission_control_runtime::{DataFolder, DataFolderError, Secret, Settings, random_secret};

const SECRET_KEY_FILE: &str = "secret-key";
const WORKER_ID_FILE: &str = "worker-id";

/// What a server must know and nobody else.
#[derive(Debug)]
pub(crate) struct Keys {
    /// Signs cursors.
    pub(crate) secret_key: Secret,
    /// What the programs of its missions carry. It lies in the folder, which no two servers share at
    /// a time, so it is no two servers' at a time either.
    pub(crate) worker_id: Secret,
}

impl Keys {
    /// Those of the settings; what they leave open is made in the folder. In production the
    /// settings have seen to it that nothing of weight is left open.
    pub(crate) fn find(
        settings: &Settings,
        folder: &mut DataFolder,
    ) -> Result<Self, DataFolderError> {
        let secret_key = match &settings.secret_key {
            Some(key) => key.clone(),
            None => folder.secret_file(SECRET_KEY_FILE, random_secret)?,
        };
        let worker_id = folder.secret_file(WORKER_ID_FILE, random_secret)?;
        Ok(Self { secret_key, worker_id })
    }
}
