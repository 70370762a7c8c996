//! A whole network: inputs, a body, one head per output.

mod parameters;

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::{Device, Tensor},
};

use parameters::StableIds;
pub(crate) use parameters::{Draw, stable_id};

use crate::{
    Input, LinearBody, NetworkConfig, Text, TextEncoder,
    config::{
        BodyConfig, HeadConfig, InputsConfig, InteractionsConfig, LoraConfig, SeriesConfig,
        columns_by_encoder,
    },
    ft_transformer::FtTransformer,
    mlp::Mlp,
    recommend::{Recommender, item_item::ItemItem},
    resnet::Resnet,
    series::{
        deepar::Deepar,
        linear::{Dlinear, Nlinear},
        patchtst::Patchtst,
        stacks::Stacks,
        tcn::Tcn,
    },
    summary::Summary,
};

/// A network for rows of a table.
///
/// The text encoders make a dense block of each text column, the body makes one vector of all columns, and each head
/// reads that vector. A head that labels words reads the text's encoder instead.
#[derive(Module, Debug)]
pub struct Network {
    texts: Vec<TextEncoder>,
    /// Which of `texts` reads each text column.
    text_columns: Vec<usize>,
    body: Body,
    heads: Vec<Linear>,
    /// The text column whose words each head labels.
    head_words: Vec<Option<usize>>,
}

/// Everything before the heads; `[model.*]` of a recipe.
#[derive(Module, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a network has one body, so nothing is saved by a box"
)]
pub enum Body {
    /// No hidden layer.
    Linear(LinearBody),
    /// Fully connected layers.
    Mlp(Mlp),
    /// Residual blocks.
    Resnet(Resnet),
    /// A transformer over columns.
    FtTransformer(FtTransformer),
    /// Forecasts from trend and remainder.
    Dlinear(Dlinear),
    /// Forecasts from the change since the last value.
    Nlinear(Nlinear),
    /// Forecasts by blocks with free or given curves.
    Nbeats(Stacks),
    /// Forecasts by blocks at several time scales.
    Nhits(Stacks),
    /// Forecasts by dilated convolutions.
    Tcn(Tcn),
    /// Forecasts step by step.
    Deepar(Deepar),
    /// Forecasts by a transformer.
    Patchtst(Patchtst),
    /// Recommends.
    Recommender(Recommender),
    /// Recommends by weights of items.
    ItemItem(ItemItem),
}

impl Network {
    /// A network with fresh weights, drawn now and in a fixed order from the generator of `device`, which the caller
    /// seeds. PyTorch's initial distributions are used throughout.
    ///
    /// # Panics
    /// When [`NetworkConfig::check`] would refuse the config.
    pub fn new(config: &NetworkConfig, device: &Device) -> Self {
        let network = Self::planned(config, device);
        network.visit(&mut Draw);
        network
    }

    /// The same network before its weights are drawn: shapes are known, memory is not used. Weights are drawn when
    /// first looked at, so this is for plans and for loading.
    ///
    /// # Panics
    /// When [`NetworkConfig::check`] would refuse the config.
    pub fn planned(config: &NetworkConfig, device: &Device) -> Self {
        let body = Body::new(&config.body, &config.inputs.without_texts(), device);
        let inputs = &config.inputs;
        let width = |head: &HeadConfig| match head.words_of {
            Some(column) => inputs.text_encoders[inputs.texts[column]].width(),
            None => body.width(),
        };
        let heads = config.heads.iter();
        let heads = heads
            .map(|head| LinearConfig::new(width(head), head.width).init(device))
            .collect();
        let texts = config.inputs.text_encoders.iter();
        Self {
            texts: texts.map(|text| TextEncoder::new(text, device)).collect(),
            text_columns: config.inputs.texts.clone(),
            body,
            heads,
            head_words: config.heads.iter().map(|head| head.words_of).collect(),
        }
        .map(&mut StableIds::default())
    }

    /// The body and heads of `rest` behind `texts`, as a network for `config`. `rest` is a network for
    /// [`NetworkConfig::behind`], trained on vectors that were computed beforehand, or one with other text encoders. Names
    /// and ids of the parameters are those of a network that was built as a whole.
    ///
    /// # Panics
    /// When `texts` are not as many encoders as those of `config`.
    pub fn join(texts: Vec<TextEncoder>, rest: Self, config: &NetworkConfig) -> Self {
        assert_eq!(
            texts.len(),
            config.inputs.text_encoders.len(),
            "one encoder for each entry of the config"
        );
        Self {
            texts,
            text_columns: config.inputs.texts.clone(),
            body: rest.body,
            heads: rest.heads,
            head_words: config.heads.iter().map(|head| head.words_of).collect(),
        }
        .map(&mut StableIds::default())
    }

    /// The network with adapters in the encoders for which there is a config, drawn from the generator of `drawn_on`.
    /// Only a BERT has linear layers that can be adapted. Until it is [merged](Self::merged) it has more weights than its
    /// config says.
    #[must_use]
    pub fn with_lora(mut self, configs: &[Option<LoraConfig>], drawn_on: &Device) -> Self {
        let texts = self.texts.into_iter().enumerate();
        let texts = texts.map(|(place, text)| match configs.get(place) {
            Some(Some(config)) => text.with_lora(config, drawn_on),
            _ => text,
        });
        self.texts = texts.collect();
        self.map(&mut StableIds::default())
    }

    /// The network whose adapters have become part of the weights that they adapt.
    #[must_use]
    pub fn merged(mut self) -> Self {
        self.texts = self.texts.into_iter().map(TextEncoder::merged).collect();
        self
    }

    /// One per entry of [`InputsConfig::text_encoders`].
    pub fn texts(&self) -> &[TextEncoder] {
        &self.texts
    }

    /// For each head the text column whose words it labels, if it does.
    pub fn head_words(&self) -> &[Option<usize>] {
        &self.head_words
    }

    /// The network that forecasts step by step, if it is one.
    pub fn deepar(&self) -> Option<&Deepar> {
        match &self.body {
            Body::Deepar(body) => Some(body),
            _ => None,
        }
    }

    /// The network that recommends, if it is one.
    pub fn recommender(&self) -> Option<&Recommender> {
        match &self.body {
            Body::Recommender(body) => Some(body),
            _ => None,
        }
    }

    /// The weights of items for each other, if the network has such.
    pub fn item_item(&self) -> Option<&ItemItem> {
        match &self.body {
            Body::ItemItem(body) => Some(body),
            _ => None,
        }
    }

    /// The same network with the neighbours and weights of each item, by code; others stay as they are.
    #[must_use]
    pub fn with_item_weights(mut self, lists: &[Vec<(i32, f32)>], device: &Device) -> Self {
        if let Body::ItemItem(body) = &self.body {
            self.body = Body::ItemItem(body.with_lists(lists, device));
        }
        self.map(&mut StableIds::default())
    }

    /// Numbers in the last hidden layer.
    pub fn hidden_width(&self) -> usize {
        self.body.width()
    }

    /// The last hidden layer, `[batch, width]`, which all heads see but those that label words.
    pub fn hidden(&self, mut input: Input) -> Tensor<2> {
        let texts = std::mem::take(&mut input.texts)
            .into_iter()
            .zip(&self.text_columns);
        let vectors = texts.map(|(text, &encoder)| Some(self.texts[encoder].forward(text)));
        let vectors = vectors.collect();
        self.body.forward(self.with_vectors(input, vectors))
    }

    /// Raw numbers (logits, scaled predictions) for each head: `[batch, width]`, or `[words in the batch, width]` of a
    /// head that labels words. A network without heads gives its last hidden layer.
    pub fn forward(&self, input: Input) -> Vec<Tensor<2>> {
        self.forward_with_hidden(input).0
    }

    /// The same, with the last hidden layer if some head (or nothing else) reads it.
    pub fn forward_with_hidden(&self, mut input: Input) -> (Vec<Tensor<2>>, Option<Tensor<2>>) {
        if self.heads.is_empty() {
            let hidden = self.hidden(input);
            return (vec![hidden.clone()], Some(hidden));
        }
        let is_body_read = self.head_words.iter().any(Option::is_none);
        let texts = std::mem::take(&mut input.texts);
        assert_eq!(
            texts.len(),
            self.text_columns.len(),
            "the config has as many text columns as the input"
        );
        let columns = texts.into_iter().enumerate();
        let columns = columns.map(|(column, text)| self.encode_text(column, text, is_body_read));
        let (vectors, words): (Vec<_>, Vec<_>) = columns.unzip();
        let hidden = is_body_read.then(|| self.body.forward(self.with_vectors(input, vectors)));
        let heads = self.heads.iter().zip(&self.head_words);
        let heads = heads.map(|(head, column)| {
            let read = match column {
                Some(column) => &words[*column],
                None => &hidden,
            };
            head.forward(read.clone().expect("what a head reads was computed"))
        });
        (heads.collect(), hidden)
    }

    /// The vector of each text of a column if the body is read, and that of each word if a head labels them.
    fn encode_text(
        &self,
        column: usize,
        text: Text,
        is_body_read: bool,
    ) -> (Option<Tensor<2>>, Option<Tensor<2>>) {
        let encoder = &self.texts[self.text_columns[column]];
        if !self.head_words.contains(&Some(column)) {
            return (is_body_read.then(|| encoder.forward(text)), None);
        }
        let words = text.expect_words();
        let (_, mask) = text.clone().expect_sequence();
        let states = encoder.tokens(text);
        let vectors = is_body_read.then(|| encoder.pool(states.clone(), mask));
        (vectors, Some(encoder.words(states, words)))
    }

    /// The vectors of the text columns join the dense lane, after its other blocks.
    fn with_vectors(&self, mut input: Input, mut vectors: Vec<Option<Tensor<2>>>) -> Input {
        let columns = columns_by_encoder(&self.text_columns).into_iter();
        let vectors = columns.filter_map(|column| vectors[column].take());
        let mut blocks: Vec<_> = input.dense.take().into_iter().chain(vectors).collect();
        input.dense = match blocks.len() {
            0 | 1 => blocks.pop(),
            _ => Some(Tensor::cat(blocks, 1)),
        };
        input
    }

    pub(crate) fn describe(&self, config: &NetworkConfig, summary: &mut Summary) {
        for (index, text) in self.texts.iter().enumerate() {
            text.describe(&format!("texts.{index}"), summary);
        }
        self.body.describe("body", summary);
        for (index, (head, config)) in self.heads.iter().zip(&config.heads).enumerate() {
            let kind = match config.words_of {
                Some(_) => format!("linear ({}), per word", config.name),
                None => format!("linear ({})", config.name),
            };
            summary.add(&format!("heads.{index}"), &kind, vec![config.width], head);
        }
    }
}

impl Body {
    fn new(config: &BodyConfig, inputs: &InputsConfig, device: &Device) -> Self {
        match config {
            BodyConfig::Linear(_) => Self::Linear(LinearBody::new(inputs, device)),
            BodyConfig::Mlp(body) => Self::Mlp(Mlp::new(body, inputs, device)),
            BodyConfig::Resnet(body) => Self::Resnet(Resnet::new(body, inputs, device)),
            BodyConfig::FtTransformer(body) => {
                Self::FtTransformer(FtTransformer::new(body, inputs, device))
            }
            BodyConfig::Dlinear(body) => Self::Dlinear(Dlinear::new(body, series(inputs), device)),
            BodyConfig::Nlinear(_) => Self::Nlinear(Nlinear::new(series(inputs), device)),
            BodyConfig::Nbeats(body) => Self::Nbeats(Stacks::nbeats(body, series(inputs), device)),
            BodyConfig::Nhits(body) => Self::Nhits(Stacks::nhits(body, series(inputs), device)),
            BodyConfig::Tcn(body) => Self::Tcn(Tcn::new(body, series(inputs), device)),
            BodyConfig::Deepar(body) => Self::Deepar(Deepar::new(body, series(inputs), device)),
            BodyConfig::Patchtst(body) => {
                Self::Patchtst(Patchtst::new(body, series(inputs), device))
            }
            BodyConfig::Slim(body) => {
                Self::ItemItem(ItemItem::new(body, interactions(inputs).items, device))
            }
            BodyConfig::Mf(body) => {
                Self::Recommender(Recommender::mf(body, interactions(inputs), device))
            }
            BodyConfig::TwoTower(body) => {
                Self::Recommender(Recommender::two_tower(body, interactions(inputs), device))
            }
            BodyConfig::Sasrec(body) => {
                Self::Recommender(Recommender::sasrec(body, interactions(inputs), device))
            }
        }
    }

    /// Numbers in the last hidden layer.
    pub fn width(&self) -> usize {
        match self {
            Self::Linear(body) => body.width(),
            Self::Mlp(body) => body.width(),
            Self::Resnet(body) => body.width(),
            Self::FtTransformer(body) => body.width(),
            Self::Dlinear(body) => body.width(),
            Self::Nlinear(body) => body.width(),
            Self::Nbeats(body) | Self::Nhits(body) => body.width(),
            Self::Tcn(body) => body.width(),
            Self::Deepar(body) => body.width(),
            Self::Patchtst(body) => body.width(),
            Self::Recommender(body) => body.width(),
            Self::ItemItem(body) => body.width(),
        }
    }

    /// The last hidden layer, `[batch, width]`.
    pub fn forward(&self, input: Input) -> Tensor<2> {
        match self {
            Self::Linear(body) => body.forward(input),
            Self::Mlp(body) => body.forward(input),
            Self::Resnet(body) => body.forward(input),
            Self::FtTransformer(body) => body.forward(input),
            Self::Dlinear(body) => body.forward(input.expect_series()),
            Self::Nlinear(body) => body.forward(input.expect_series()),
            Self::Nbeats(body) | Self::Nhits(body) => body.forward(input.expect_series()),
            Self::Tcn(body) => body.forward(input.expect_series()),
            Self::Deepar(body) => body.forward(input.expect_series()),
            Self::Patchtst(body) => body.forward(input.expect_series()),
            Self::Recommender(body) => body.forward(input.expect_interactions()),
            Self::ItemItem(body) => body.forward(input.expect_interactions().questions),
        }
    }

    fn describe(&self, path: &str, summary: &mut Summary) {
        match self {
            Self::Linear(body) => body.describe(path, summary),
            Self::Mlp(body) => body.describe(path, summary),
            Self::Resnet(body) => body.describe(path, summary),
            Self::FtTransformer(body) => body.describe(path, summary),
            Self::Dlinear(body) => body.describe(path, summary),
            Self::Nlinear(body) => body.describe(path, summary),
            Self::Nbeats(body) | Self::Nhits(body) => body.describe(path, summary),
            Self::Tcn(body) => body.describe(path, summary),
            Self::Deepar(body) => body.describe(path, summary),
            Self::Patchtst(body) => body.describe(path, summary),
            Self::Recommender(body) => body.describe(path, summary),
            Self::ItemItem(body) => body.describe(path, summary),
        }
    }
}

fn series(inputs: &InputsConfig) -> &SeriesConfig {
    let series = inputs.series.as_ref();
    series.expect("a body that forecasts has series, or the check refuses it")
}

fn interactions(inputs: &InputsConfig) -> &InteractionsConfig {
    let interactions = inputs.interactions.as_ref();
    interactions.expect("a body that recommends has users and items, or the check refuses it")
}
