//! The secrets of a server: given, or made once and kept in its data folder.

use mission_control_runtime::{DataFolder, DataFolderError, Secret, Settings, random_secret};

const ADMIN_TOKEN_FILE: &str = "admin-token";
const SECRET_KEY_FILE: &str = "secret-key";
const WORKER_ID_FILE: &str = "worker-id";

/// What a server must know and nobody else.
#[derive(Debug)]
pub(crate) struct Keys {
    /// Lets its bearer in as the administrator.
    pub(crate) admin_token: Secret,
    /// Where the administrator finds the token, as a shell takes it.
    pub(crate) admin_token_place: String,
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
        let (admin_token, admin_token_place) = match &settings.admin_token {
            Some(token) => (token.clone(), "$MISSION_CONTROL_ADMIN_TOKEN".to_owned()),
            None => {
                let token = folder.secret_file(ADMIN_TOKEN_FILE, random_secret)?;
                let path = folder.path().join(ADMIN_TOKEN_FILE);
                (token, format!("$(cat {})", quoted(&path.display().to_string())))
            }
        };
        let secret_key = match &settings.secret_key {
            Some(key) => key.clone(),
            None => folder.secret_file(SECRET_KEY_FILE, random_secret)?,
        };
        let worker_id = folder.secret_file(WORKER_ID_FILE, random_secret)?;
        Ok(Self { admin_token, admin_token_place, secret_key, worker_id })
    }
}

/// A path as one word of a shell, also within double quotes and a substitution.
fn quoted(path: &str) -> String {
    let plain = |char: char| char.is_alphanumeric() || "/._-+@%".contains(char);
    if path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_one_word() {
        for (path, word) in [
            ("./data/admin-token", "./data/admin-token"),
            ("/my data/x", "'/my data/x'"),
            ("/it's/$HOME", r"'/it'\''s/$HOME'"),
        ] {
            assert_eq!(quoted(path), word);
        }
    }
}
