//! Packs `web/` into the binary: every file as it is, by brotli and by gzip, under a path that
//! carries the hash of them all.
#![expect(clippy::disallowed_methods, reason = "cargo tells a build script everything by variable")]

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The files of the page.
const WEB: &str = "web";
/// Stands in the shell for the folder of the assets, whose name is known only here.
const PLACEHOLDER: &str = "{{assets}}";
/// The shell: served under every address of the page, and so under none with a hash.
const SHELL: &str = "index.html";
/// Hexadecimal digits of the hash in a path: two builds never meet in them.
const HASH_DIGITS: usize = 16;
/// Files that are compressed already.
const DENSE: [&str; 1] = ["woff2"];
/// Best of brotli and gzip; while developing, what takes no time.
const QUALITY: (i32, u32) = (11, 9);
const QUICK: (i32, u32) = (4, 4);
/// Brotli's largest window that all browsers take.
const WINDOW: i32 = 22;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={WEB}");
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    collect(Path::new(WEB), &mut files)?;
    files.sort();
    let hash = tree_hash(&files)?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut table = format!("pub(crate) const TREE: &str = {hash:?};\n");
    table.push_str("pub(crate) static FILES: &[File] = &[\n");
    for (index, path) in files.iter().enumerate() {
        let name = path.strip_prefix(WEB)?.to_str().ok_or("a name that is not UTF-8")?;
        let mut bytes = fs::read(path)?;
        if name == SHELL {
            let text = String::from_utf8(bytes)?;
            bytes = text.replace(PLACEHOLDER, &format!("/assets/{hash}")).into_bytes();
        }
        let row = pack(&out, index, name, &bytes)?;
        table.push_str(&row);
    }
    table.push_str("];\n");
    fs::write(out.join("files.rs"), table)?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// Of names, lengths and contents, so that no two trees have the same.
fn tree_hash(files: &[PathBuf]) -> Result<String, Box<dyn Error>> {
    let mut hash = Sha256::new();
    for path in files {
        let bytes = fs::read(path)?;
        let name = path.to_str().ok_or("a name that is not UTF-8")?;
        hash.update(format!("{name}\0{}\0", bytes.len()));
        hash.update(&bytes);
    }
    let mut text = String::new();
    for byte in hash.finalize() {
        write!(text, "{byte:02x}")?;
    }
    text.truncate(HASH_DIGITS);
    Ok(text)
}

/// Writes the forms of one file and gives its row of the table. A form that saves nothing is left
/// out.
fn pack(out: &Path, index: usize, name: &str, bytes: &[u8]) -> Result<String, Box<dyn Error>> {
    let dense =
        Path::new(name).extension().is_some_and(|it| DENSE.iter().any(|dense| it == *dense));
    let (brotli_quality, gzip_level) =
        if env::var("PROFILE")? == "release" { QUALITY } else { QUICK };
    let mut forms = vec![("plain", Some(bytes.to_vec()))];
    for (form, packed) in
        [("brotli", brotli(bytes, brotli_quality)?), ("gzip", gzip(bytes, gzip_level)?)]
    {
        forms.push((form, (!dense && packed.len() < bytes.len()).then_some(packed)));
    }
    let mut row = format!("    File {{ path: {name:?}");
    for (form, packed) in forms {
        let Some(packed) = packed else {
            write!(row, ", {form}: None")?;
            continue;
        };
        let path = out.join(format!("{index}.{form}"));
        fs::write(&path, packed)?;
        let include = format!("include_bytes!({:?})", path.display().to_string());
        if form == "plain" {
            write!(row, ", {form}: {include}")?;
        } else {
            write!(row, ", {form}: Some({include})")?;
        }
    }
    row.push_str(" },\n");
    Ok(row)
}

fn brotli(bytes: &[u8], quality: i32) -> Result<Vec<u8>, Box<dyn Error>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality,
        lgwin: WINDOW,
        ..brotli::enc::BrotliEncoderParams::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &parameters)?;
    Ok(packed)
}

fn gzip(bytes: &[u8], level: u32) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}
