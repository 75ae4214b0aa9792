//! Every operation: what it takes, what it answers, and a line to try it with.

use super::Page;
use super::shapes::kind;
use crate::http::description::tree::Tree;

/// All operations by their tags.
pub(super) fn write(page: &mut Page, document: &Tree) {
    let tags = document.get("tags").map_or(&[][..], Tree::entries);
    let all = all(document);
    contents(page, tags, &all);
    for tag in tags {
        let name = text(tag, "name");
        page.raw("<section class=\"family\">\n");
        page.heading(2, &format!("tag-{name}"), name);
        page.paragraph(text(tag, "description"));
        for (path, method, operation) in all.iter().filter(|it| tag_of(it.2) == name) {
            one(page, document, path, method, operation);
        }
        page.raw("</section>\n");
    }
}

type Located<'a> = (&'a str, &'a str, &'a Tree);

fn all(document: &Tree) -> Vec<Located<'_>> {
    let paths = document.get("paths").map_or(&[][..], Tree::members);
    paths.iter().flat_map(|(path, item)| methods(path, item)).collect()
}

fn methods<'a>(path: &'a str, item: &'a Tree) -> impl Iterator<Item = Located<'a>> {
    item.members().iter().map(move |(method, operation)| (path, method.as_str(), operation))
}

fn contents(page: &mut Page, tags: &[Tree], all: &[Located<'_>]) {
    page.raw("<nav class=\"contents\" aria-label=\"Operations\">\n");
    for tag in tags {
        let name = text(tag, "name");
        page.raw(&format!("<details><summary>{name}</summary>\n<ul>"));
        for (path, method, operation) in all.iter().filter(|it| tag_of(it.2) == name) {
            let id = text(operation, "operationId");
            page.raw(&format!("<li><a href=\"#{id}\"><b>{}</b> ", method.to_uppercase()));
            page.text(path);
            page.raw("</a></li>");
        }
        page.raw("</ul></details>\n");
    }
    page.raw("</nav>\n");
}

fn one(page: &mut Page, document: &Tree, path: &str, method: &str, operation: &Tree) {
    let id = text(operation, "operationId");
    page.raw("<article>\n");
    page.heading(3, id, text(operation, "summary"));
    page.raw(&format!("<p class=\"route\"><b class=\"{method}\">{}</b> ", method.to_uppercase()));
    page.code(path);
    page.raw("</p>\n");
    page.paragraph(text(operation, "description"));
    page.block("Try it", &curl(path, method, operation));
    parameters(page, operation);
    if let Some(body) = operation.get("requestBody") {
        request(page, body);
    }
    responses(page, document, operation);
    page.raw("</article>\n");
}

fn parameters(page: &mut Page, operation: &Tree) {
    let parameters = operation.get("parameters").map_or(&[][..], Tree::entries);
    if parameters.is_empty() {
        return;
    }
    page.raw("<div class=\"wide\" tabindex=\"0\"><table><caption>Parameters</caption>\n");
    page.raw("<thead><tr><th>Name</th><th>In</th><th>Takes</th><th></th></tr></thead>\n<tbody>");
    for parameter in parameters {
        page.raw("<tr><td>");
        page.code(text(parameter, "name"));
        if matches!(parameter.get("required"), Some(Tree::Flag(true))) {
            page.raw(" <b>required</b>");
        }
        page.raw(&format!("</td><td>{}</td><td>", text(parameter, "in")));
        if let Some(schema) = parameter.get("schema") {
            kind(page, schema);
        }
        page.raw("</td><td>");
        page.sentence(text(parameter, "description"));
        page.raw("</td></tr>\n");
    }
    page.raw("</tbody></table></div>\n");
}

fn request(page: &mut Page, body: &Tree) {
    page.raw("<p>Body: ");
    let content = body.get("content").and_then(|content| content.get("application/json"));
    if let Some(schema) = content.and_then(|content| content.get("schema")) {
        kind(page, schema);
    }
    page.raw(". ");
    page.sentence(text(body, "description"));
    page.raw("</p>\n");
}

fn responses(page: &mut Page, document: &Tree, operation: &Tree) {
    let responses = operation.get("responses").map_or(&[][..], Tree::members);
    for (status, response) in responses {
        let good = status.starts_with(['1', '2', '3']);
        let class = if good { "good" } else { "bad" };
        page.raw(&format!("<details class=\"{class}\"><summary><b>{status}</b> "));
        if good {
            page.sentence(text(response, "description"));
            page.raw("</summary>\n");
            answer(page, response);
        } else {
            let codes = codes(response);
            page.text(text(response, "description").split(':').next().unwrap_or_default());
            page.raw("</summary>\n<ul>");
            for code in codes {
                page.raw(&format!(
                    "<li><a href=\"/docs/problems#{code}\"><code>{code}</code></a> "
                ));
                let example = document.get("components").and_then(|it| it.get("examples"));
                let means =
                    example.and_then(|it| it.get(code)).map_or("", |it| text(it, "summary"));
                page.sentence(means);
                page.raw("</li>\n");
            }
            page.raw("</ul>");
        }
        page.raw("</details>\n");
    }
}

fn codes(response: &Tree) -> Vec<&str> {
    let content = response.get("content").and_then(|it| it.get("application/problem+json"));
    let examples = content.and_then(|it| it.get("examples"));
    examples.map_or(&[][..], Tree::members).iter().map(|(code, _)| code.as_str()).collect()
}

fn answer(page: &mut Page, response: &Tree) {
    let content = response.get("content").map_or(&[][..], Tree::members);
    for (media, content) in content.iter().filter(|(media, _)| !media.contains("problem")) {
        page.raw("<p>");
        page.text(media);
        if let Some(schema) = content.get("schema").filter(|schema| schema.get("$ref").is_some()) {
            page.raw(": ");
            kind(page, schema);
        }
        page.raw("</p>\n");
        if let Some(Tree::Text(example)) = content.get("example") {
            page.block("Example", example);
        }
        let examples = content.get("examples").map_or(&[][..], Tree::members);
        for (name, example) in examples {
            if let Some(value) = example.get("value") {
                page.block(&format!("Example: {}", name.replace('_', " ")), &value.written());
            }
        }
    }
}

/// A line for a shell that knows `url` and `token`.
fn curl(path: &str, method: &str, operation: &Tree) -> String {
    let mut line = "curl".to_owned();
    if method != "get" {
        line.push_str(&format!(" -X {}", method.to_uppercase()));
    }
    line.push_str(&format!(" \"$url{}\"", filled(path, operation)));
    if operation.get("security").is_none() {
        line.push_str(" \\\n  -H \"Authorization: Bearer $token\"");
    }
    let parameters = operation.get("parameters").map_or(&[][..], Tree::entries);
    let needed = |it: &&Tree| {
        text(it, "in") == "header" && matches!(it.get("required"), Some(Tree::Flag(true)))
    };
    for header in parameters.iter().filter(needed) {
        let (name, example) = (text(header, "name"), text(header, "example"));
        line.push_str(&format!(" \\\n  -H '{name}: {example}'"));
    }
    let body = operation.get("requestBody").and_then(|body| body.get("content"));
    let body = body.and_then(|content| content.get("application/json"));
    if let Some(Tree::Written(example)) = body.and_then(|content| content.get("example")) {
        line.push_str(" \\\n  -H 'Content-Type: application/json' \\\n  -d '");
        // A quote ends what the shell takes as it stands.
        line.push_str(&example.trim_end().replace('\'', r"'\''"));
        line.push('\'');
    }
    line
}

fn filled(path: &str, operation: &Tree) -> String {
    let parameters = operation.get("parameters").map_or(&[][..], Tree::entries);
    let in_path = parameters.iter().filter(|it| text(it, "in") == "path");
    in_path.fold(path.to_owned(), |path, it| {
        path.replace(&format!("{{{}}}", text(it, "name")), text(it, "example"))
    })
}

fn tag_of(operation: &Tree) -> &str {
    let tags = operation.get("tags").map_or(&[][..], Tree::entries);
    tags.first().and_then(Tree::text).unwrap_or_default()
}

/// A member that is text.
pub(super) fn text<'a>(tree: &'a Tree, name: &str) -> &'a str {
    tree.get(name).and_then(Tree::text).unwrap_or_default()
}
