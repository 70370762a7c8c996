//! `hob chat`: a conversation with a model in the terminal, or line by line in a pipe.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Context, Result};
use hob_inference::chat::{Candidate, Chat, Reply};
use hob_inference::{Model, Retriever};
use serde_json::Value;

use super::answers;
use super::failure::WrongRequest;
use crate::args::ChatArgs;
use crate::output::{data, line, say};

/// Answers every line of standard input.
pub(crate) fn chat(args: &ChatArgs) -> Result<()> {
    let model = Model::open(&args.model, args.device.as_deref())?;
    let bot = Bot::new(&model)?;
    let input = std::io::stdin().lock();
    let is_conversation = input.is_terminal() && std::io::stdout().is_terminal() && !args.json;
    if is_conversation {
        say("Say something; an empty line or Ctrl-D ends.");
    }
    prompt(is_conversation)?;
    for (turn, text) in input.lines().enumerate() {
        let text = text.context("cannot read from standard input: it is not UTF-8 text")?;
        let text = text.trim();
        if text.is_empty() && is_conversation {
            break;
        }
        if !text.is_empty() {
            line(&bot.reply(text, turn, args.json)?)?;
        }
        prompt(is_conversation)?;
    }
    Ok(())
}

/// A model of either kind in a conversation.
enum Bot<'a> {
    /// Tells what a text wants.
    Intents(Chat<'a>),
    /// Finds the answer to a question.
    Answers(&'a Retriever),
}

impl<'a> Bot<'a> {
    fn new(model: &'a Model) -> Result<Self> {
        Ok(match model {
            Model::Predictor(predictor) => Self::Intents(Chat::new(predictor)?),
            Model::Retriever(retriever) => Self::Answers(retriever),
            Model::Forecaster(forecaster) => {
                let name = &forecaster.manifest().name;
                let text = format!(
                    "`{name}` continues series; it cannot be talked to\nhint: use `hob predict`"
                );
                return Err(WrongRequest(text).into());
            }
            Model::Recommender(recommender) => {
                let name = &recommender.manifest().name;
                let text = format!(
                    "`{name}` recommends items; it cannot be talked to\nhint: use `hob predict`"
                );
                return Err(WrongRequest(text).into());
            }
        })
    }

    fn reply(&self, text: &str, turn: usize, json: bool) -> Result<String> {
        Ok(match (self, json) {
            (Self::Intents(chat), true) => serde_json::to_string(&chat.reply(text, turn)?)?,
            (Self::Intents(chat), false) => said(&chat.reply(text, turn)?),
            (Self::Answers(retriever), true) => {
                serde_json::to_string(&retriever.ask(text)?.to_json())?
            }
            (Self::Answers(retriever), false) => answers::spoken(&retriever.ask(text)?),
        })
    }
}

fn prompt(is_conversation: bool) -> Result<()> {
    if is_conversation {
        data("\nyou> ")?;
        std::io::stdout()
            .flush()
            .context("cannot write to standard output")?;
    }
    Ok(())
}

/// A reply in a few lines.
fn said(reply: &Reply) -> String {
    let mut lines = Vec::new();
    let named = |candidate: &Candidate| {
        format!(
            "{} ({:.0} %)",
            candidate.intent,
            candidate.probability * 100.0
        )
    };
    match &reply.intent {
        Some(_) => {
            lines.extend(reply.answer.clone());
            lines.push(format!("[{}]", named(&reply.nearest[0])));
        }
        None => {
            let nearest: Vec<String> = reply.nearest.iter().map(named).collect();
            lines.push("I don't know.".to_string());
            lines.push(format!("[nearest: {}]", nearest.join(", ")));
        }
    }
    let entities = reply
        .outputs
        .values()
        .filter_map(|output| output.get("entities"));
    for entity in entities.filter_map(Value::as_array).flatten() {
        let text = |key: &str| entity.get(key).and_then(Value::as_str).unwrap_or_default();
        lines.push(format!("[{}: {}]", text("type"), text("text")));
    }
    lines.join("\n")
}
