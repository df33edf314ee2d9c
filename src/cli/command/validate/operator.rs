//! What a file of a cluster says, on the terminal and as JSON.

use crate::fleet::import::Imported;
use crate::report::terminal::wrap;
use serde_json::{Value, json};

/// Returns what a file is and says as text.
pub(super) fn text(shown: &str, imported: &Imported) -> String {
    let format = imported.format;
    let mut text =
        wrap("", &format!("{shown}: {}, of a thing of the kind {}", format.label(), format.owner().label()));
    for fact in &imported.facts {
        let owner = fact.thing.as_deref().unwrap_or(fact.kind.label());
        let human = fact.value.human(fact.setting);
        let (key, line) = (fact.setting.key, fact.line);
        text.push_str(&wrap("  ", &format!("{owner}, {key}: {human} (line {line}, {})", fact.said)));
    }
    for (kind, count, line) in &imported.lists {
        text.push_str(&wrap("  ", &format!("lists {count} of the kind {} (line {line})", kind.label())));
    }
    if imported.passed > 0 {
        let word = if imported.passed == 1 { "directive" } else { "directives" };
        text.push_str(&wrap(
            "  ",
            &format!("and {} other {word}, which nothing here depends on", imported.passed),
        ));
    }
    text
}

/// Returns what a file is and says as JSON.
pub(super) fn json(imported: &Imported) -> Value {
    let facts = imported.facts.iter().map(|fact| {
        json!({
            "kind": fact.kind.word(),
            "thing": fact.thing,
            "setting": fact.setting.key,
            "value": fact.value.json(fact.setting),
            "human": fact.value.human(fact.setting),
            "line": fact.line,
            "said": fact.said,
        })
    });
    let lists = imported.lists.iter();
    json!({
        "format": imported.format.word(),
        "of": imported.format.owner().word(),
        "facts": facts.collect::<Vec<_>>(),
        "lists": lists
            .map(|(kind, count, line)| json!({"kind": kind.word(), "count": count, "line": line}))
            .collect::<Vec<_>>(),
        "other_directives": imported.passed,
    })
}
