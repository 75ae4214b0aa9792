//! The description as pages: one string each, without a script.

mod operations;
mod problems;
mod shapes;

use std::fmt::Write as _;

use super::tree::Tree;

/// The style of all pages.
pub(super) const STYLE: &str = include_str!("docs.css");

/// The page of all operations and shapes.
pub(super) fn docs(document: &Tree, style: &str) -> String {
    let mut page = Page::begin("API", style, "docs");
    let about = document.get("info").and_then(|info| info.get("description"));
    for paragraph in about.and_then(Tree::text).unwrap_or_default().split("\n\n") {
        page.paragraph(paragraph);
    }
    operations::write(&mut page, document);
    shapes::write(&mut page, document);
    page.end()
}

/// The page of all refusals.
pub(super) fn problems(style: &str) -> String {
    let mut page = Page::begin("Problems", style, "problems");
    problems::write(&mut page);
    page.end()
}

/// HTML that is being written.
struct Page(String);

impl Page {
    fn begin(title: &str, style: &str, current: &str) -> Self {
        let mut page = Self(String::new());
        page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.raw("<meta name=\"color-scheme\" content=\"dark light\">\n");
        page.raw(&format!("<title>{title} · Mission Control</title>\n"));
        page.raw(&format!("<link rel=\"stylesheet\" href=\"{style}\">\n</head>\n<body>\n"));
        page.raw("<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header>\n");
        page.raw("<p class=\"brand\">Mission Control</p>\n<nav aria-label=\"Pages\">");
        for (path, name) in [("/docs", "docs"), ("/docs/problems", "problems")] {
            let mark = if name == current { " aria-current=\"page\"" } else { "" };
            let word = if name == "docs" { "API" } else { "Problems" };
            page.raw(&format!("<a href=\"{path}\"{mark}>{word}</a>"));
        }
        page.raw("<a href=\"/api/openapi.json\">OpenAPI</a></nav>\n</header>\n");
        page.raw(&format!("<main id=\"main\">\n<h1>{title}</h1>\n"));
        page
    }

    fn end(mut self) -> String {
        self.raw("</main>\n</body>\n</html>\n");
        self.0
    }

    /// Markup of ours.
    fn raw(&mut self, html: &str) {
        self.0.push_str(html);
    }

    /// Text, as text.
    fn text(&mut self, text: &str) {
        for char in text.chars() {
            match char {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                other => self.0.push(other),
            }
        }
    }

    /// A sentence with words in back-quotes.
    fn sentence(&mut self, text: &str) {
        for (index, part) in text.split('`').enumerate() {
            if index % 2 == 1 {
                self.code(part);
            } else {
                self.text(part);
            }
        }
    }

    fn paragraph(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.raw("<p>");
        self.sentence(text);
        self.raw("</p>\n");
    }

    fn code(&mut self, text: &str) {
        self.raw("<code>");
        self.text(text);
        self.raw("</code>");
    }

    /// A block of code under a caption.
    fn block(&mut self, caption: &str, text: &str) {
        self.raw("<figure><figcaption>");
        self.text(caption);
        // It may be wider than the screen, and is scrolled by keys too.
        self.raw("</figcaption><pre tabindex=\"0\">");
        self.text(text.trim_end());
        self.raw("</pre></figure>\n");
    }

    /// A heading that can be linked to.
    fn heading(&mut self, level: u8, id: &str, text: &str) {
        let _ = write!(self.0, "<h{level} id=\"{id}\"><a href=\"#{id}\">");
        self.text(text);
        let _ = writeln!(self.0, "</a></h{level}>");
    }
}
