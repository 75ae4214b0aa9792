//! Every shape: its members, their bounds, and what they are for.

use super::Page;
use super::operations::text;
use crate::http::description::tree::Tree;

/// Keywords that are bounds, and how they are read out.
const BOUNDS: [(&str, &str); 10] = [
    ("format", "as"),
    ("pattern", "like"),
    ("minimum", "from"),
    ("maximum", "to"),
    ("minLength", "at least this long:"),
    ("maxLength", "at most this long:"),
    ("minItems", "at least so many:"),
    ("maxItems", "at most so many:"),
    ("const", "only"),
    ("default", "if left out:"),
];

/// All shapes.
pub(super) fn write(page: &mut Page, document: &Tree) {
    page.raw("<section class=\"family\">\n");
    page.heading(2, "shapes", "Shapes");
    page.paragraph("Text is counted in characters after trimming. In requests, `null` for a member that may be left out is the same as leaving it out.");
    let shapes = document.get("components").and_then(|components| components.get("schemas"));
    for (name, schema) in shapes.map_or(&[][..], Tree::members) {
        page.raw("<article>\n");
        page.heading(3, &format!("shape-{name}"), name);
        page.paragraph(text(schema, "description"));
        one(page, schema);
        page.raw("</article>\n");
    }
    page.raw("</section>\n");
}

fn one(page: &mut Page, schema: &Tree) {
    if let Some(kinds) = schema.get("oneOf").filter(|it| it.entries().iter().any(has_members)) {
        for kind in kinds.entries() {
            page.paragraph(text(kind, "description"));
            members(page, kind);
        }
        return;
    }
    if has_members(schema) {
        members(page, schema);
    } else if schema.get("type").is_some() || schema.get("oneOf").is_some() {
        page.raw("<p>");
        kind(page, schema);
        page.raw("</p>\n");
    }
}

fn has_members(schema: &Tree) -> bool {
    schema.get("properties").is_some_and(|it| !it.members().is_empty())
}

fn members(page: &mut Page, schema: &Tree) {
    let properties = schema.get("properties").map_or(&[][..], Tree::members);
    if properties.is_empty() {
        return;
    }
    let closed = matches!(schema.get("additionalProperties"), Some(Tree::Flag(false)));
    let required: Vec<&str> = schema
        .get("required")
        .map_or(&[][..], Tree::entries)
        .iter()
        .filter_map(Tree::text)
        .collect();
    page.raw("<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr><th>Member</th><th>Type</th><th></th></tr></thead>\n<tbody>");
    for (name, schema) in properties {
        page.raw("<tr><td>");
        page.code(name);
        if closed && required.contains(&name.as_str()) {
            page.raw(" <b>required</b>");
        }
        page.raw("</td><td>");
        kind(page, schema);
        page.raw("</td><td>");
        page.sentence(text(schema, "description"));
        page.raw("</td></tr>\n");
    }
    page.raw("</tbody></table></div>\n");
}

/// What a schema takes, in a few words.
pub(super) fn kind(page: &mut Page, schema: &Tree) {
    if let Some(name) = schema.get("$ref").and_then(Tree::text).and_then(|it| it.rsplit('/').next())
    {
        page.raw(&format!("<a href=\"/docs#shape-{name}\">{name}</a>"));
    }
    for several in ["oneOf", "anyOf"] {
        for (index, one) in schema.get(several).map_or(&[][..], Tree::entries).iter().enumerate() {
            page.raw(if index == 0 { "" } else { " or " });
            kind(page, one);
        }
    }
    types(page, schema);
    if let Some(items) = schema.get("items") {
        page.raw(" of ");
        kind(page, items);
    }
    if let Some(words) = schema.get("enum") {
        page.raw(": ");
        for (index, word) in words.entries().iter().enumerate() {
            page.raw(if index == 0 { "" } else { ", " });
            page.code(word.text().unwrap_or("null"));
        }
    }
    for (keyword, says) in BOUNDS {
        if let Some(bound) = schema.get(keyword).filter(|_| keyword != "pattern" || bounded(schema))
        {
            page.raw(&format!(" <span>{says} "));
            page.code(&bound.written());
            page.raw("</span>");
        }
    }
}

/// That text must not be blank is said by its length already.
fn bounded(schema: &Tree) -> bool {
    schema.get("minLength").is_none()
}

fn types(page: &mut Page, schema: &Tree) {
    match schema.get("type") {
        Some(Tree::Text(one)) => page.text(one),
        Some(several) => {
            let words: Vec<&str> = several.entries().iter().filter_map(Tree::text).collect();
            page.text(&words.join(" or "));
        }
        None => {}
    }
}
