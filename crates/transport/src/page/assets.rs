//! The files of the page.

use std::path::Path;
use std::sync::Arc;

use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderValue, StatusCode};
use mission_control_dashboard::{self as dashboard, File};

use super::Page;
use crate::http::{Problem, Reply, Request};

/// Where they are, before the hash of their tree.
const FOLDER: &str = "/assets/";
/// A year, which stands for ever: another build has other paths.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");

pub(super) async fn show(page: Arc<Page>, request: Request) -> Result<Reply, Problem> {
    let rest = request.path().strip_prefix(FOLDER).and_then(|rest| rest.split_once('/'));
    let (tree, path) = rest.ok_or_else(Problem::not_found)?;
    if page.folder.is_none() && tree != dashboard::tree() {
        return Err(Problem::not_found());
    }
    let reply = reply(&page, path, &request).await?;
    let keep = if page.folder.is_some() { NOT_KEPT } else { FOR_EVER };
    Ok(reply.header(CACHE_CONTROL, keep))
}

/// The file in the best form that the browser takes, or 304 when it has it.
///
/// # Errors
/// 404.
pub(super) async fn reply(page: &Page, path: &str, request: &Request) -> Result<Reply, Problem> {
    let kind = dashboard::media_type(path).ok_or_else(Problem::not_found)?;
    let kind = HeaderValue::from_static(kind);
    if let Some(folder) = &page.folder {
        return Ok(Reply::bytes(kind, read(folder, path).await?));
    }
    let file = dashboard::file(path).ok_or_else(Problem::not_found)?;
    // Weak, since the forms of a file share it.
    let tag = HeaderValue::try_from(format!("W/\"{}\"", dashboard::tree()))
        .expect("hexadecimal digits are visible ASCII");
    let known = request.header(&IF_NONE_MATCH).is_some_and(|known| has_tag(known, &tag));
    let reply = if known {
        Reply::empty().status(StatusCode::NOT_MODIFIED)
    } else {
        let (encoding, bytes) = best(file, request.header(&ACCEPT_ENCODING).unwrap_or_default());
        let reply = Reply::bytes(kind, bytes);
        match encoding {
            Some(word) => reply.header(CONTENT_ENCODING, HeaderValue::from_static(word)),
            None => reply,
        }
    };
    Ok(reply.header(ETAG, tag).header(VARY, HeaderValue::from_static("accept-encoding")))
}

/// RFC 9110, section 12.5.3, as far as browsers use it: a coding that is named, and not with weight
/// zero, is taken.
fn best(file: &File, accepted: &str) -> (Option<&'static str>, &'static [u8]) {
    let takes = |word: &str| {
        accepted.split(',').any(|item| {
            let (coding, weight) = item.split_once(';').unwrap_or((item, ""));
            let refused = matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
            coding.trim().eq_ignore_ascii_case(word) && !refused
        })
    };
    [("br", file.brotli), ("gzip", file.gzip)]
        .into_iter()
        .find_map(|(word, form)| Some((Some(word), form.filter(|_| takes(word))?)))
        .unwrap_or((None, file.plain))
}

fn has_tag(known: &str, tag: &HeaderValue) -> bool {
    known == "*" || known.split(',').any(|item| item.trim().as_bytes() == tag.as_bytes())
}

/// A file of a folder, for whoever writes the page and wants to see it at once.
async fn read(folder: &Path, path: &str) -> Result<Vec<u8>, Problem> {
    let inside = path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
    if !inside {
        return Err(Problem::not_found());
    }
    let bytes = tokio::fs::read(folder.join(path)).await.map_err(|_| Problem::not_found())?;
    if path != dashboard::SHELL {
        return Ok(bytes);
    }
    Ok(dashboard::with_assets(&String::from_utf8_lossy(&bytes)).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_form_that_is_accepted_is_sent() {
        let file = File { path: "a.js", plain: b"aaaa", brotli: Some(b"b"), gzip: Some(b"gz") };
        for (accepted, word, bytes) in [
            ("gzip, deflate, br, zstd", Some("br"), &b"b"[..]),
            ("GZIP", Some("gzip"), b"gz"),
            ("br;q=0, gzip;q=0.5", Some("gzip"), b"gz"),
            ("identity", None, b"aaaa"),
            ("brx", None, b"aaaa"),
            ("", None, b"aaaa"),
        ] {
            assert_eq!(best(&file, accepted), (word, bytes), "{accepted}");
        }
        let dense = File { brotli: None, gzip: None, ..file };
        assert_eq!(best(&dense, "br, gzip"), (None, &b"aaaa"[..]));
    }

    #[test]
    fn a_tag_is_found_in_a_list() {
        let tag = HeaderValue::from_static("W/\"7\"");
        for (known, has) in [
            ("W/\"7\"", true),
            ("\"1\", W/\"7\"", true),
            ("*", true),
            ("\"7\"", false),
            ("", false),
        ] {
            assert_eq!(has_tag(known, &tag), has, "{known}");
        }
    }
}
