//! Rules of `[retrieve]`.

use hob_data::config::TextEncoderConfig;

use crate::recipe::check::inputs::text;
use crate::recipe::check::path;
use crate::recipe::problem::Finding;
use crate::retrieve::RetrieveConfig;

pub(super) fn check(config: &RetrieveConfig, findings: &mut Vec<Finding>) {
    let section = path(&["retrieve"]);
    for (key, name) in config.columns() {
        if name.is_empty() {
            findings.push(Finding::error(key, "a column name is empty"));
        }
    }
    if config.question == config.answer && !config.question.is_empty() {
        let message = format!("column `{}` is both question and answer", config.answer);
        findings.push(Finding::error(section.key("answer"), message));
    }
    if let TextEncoderConfig::Bert(bert) = &config.text.encoder
        && bert.gradual_unfreezing.is_some()
    {
        let key = path(&["retrieve", "text", "encoder", "bert", "gradual_unfreezing"]);
        let message =
            format!("`{key}` has nothing to begin with: a search has no layers behind its encoder");
        findings.push(Finding::error(key, message).on_key().with_hint("remove it"));
    }
    text::check(&config.text, &section.key("text"), findings);
}
