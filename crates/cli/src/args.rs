//! The command line, as clap derives it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Train deep-learning models from recipe files, and ship each as one file.
#[derive(Debug, Parser)]
#[command(
    name = "hob",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Train what a recipe says; the result is a run folder with a model file
    Train(TrainArgs),
    /// Show the plan of a recipe and every problem in it, without training
    Check(CheckArgs),
    /// Write a recipe for a data file
    Init(InitArgs),
    /// Score a model on data that has the target
    Evaluate(EvaluateArgs),
    /// Predict rows from a file or from standard input
    Predict(PredictArgs),
    /// Say how much of each item to order, from a forecast and a stock table
    Order(OrderArgs),
    /// Plan what to produce when, from a factory file and a forecast
    Produce(ProduceArgs),
    /// Talk to a model that tells what a text wants
    Chat(ChatArgs),
    /// Serve models over HTTP, with a page to try them
    Serve(ServeArgs),
    /// Say what a model expects, answers and scored
    Show(ShowArgs),
    /// Write a model's weights for other programs
    Export(ExportArgs),
    /// Put runs side by side, the best first
    Compare(CompareArgs),
    /// Write the report of a run as one HTML page
    Report(ReportArgs),
    /// List the recipes that come with hob, or print one
    Recipes(RecipesArgs),
    /// Print the JSON schema of recipes, for editors
    Schema,
}

#[derive(Debug, Args)]
pub(crate) struct TrainArgs {
    /// The recipe; not needed with --resume
    #[arg(required_unless_present = "resume")]
    pub(crate) recipe: Option<PathBuf>,
    /// Change one key of the recipe, as in `--set training.epochs=3`; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// The run folder to make; by default runs/NAME with the first free number
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// flex, ndarray, wgpu or cuda, as compiled in
    #[arg(long, value_name = "DEVICE")]
    pub(crate) device: Option<String>,
    /// Go on with an interrupted run
    #[arg(long, value_name = "RUN", conflicts_with_all = ["recipe", "set", "out", "dry_run", "device"])]
    pub(crate) resume: Option<PathBuf>,
    /// Plan, run one batch forward and backward, and stop
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Also measure how much each input column matters, by shuffling it in the test part
    #[arg(long)]
    pub(crate) importance: bool,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// Say less: no epoch lines
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Show Burn's full-screen dashboard
    #[cfg(feature = "tui")]
    #[arg(long)]
    pub(crate) tui: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The recipe
    pub(crate) recipe: PathBuf,
    /// Change one key of the recipe, as in `--set training.epochs=3`; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// A CSV, TSV, JSON lines or Parquet file, also with .gz
    pub(crate) data: PathBuf,
    /// The column to predict; may be repeated
    #[arg(long, short, required = true, value_name = "COLUMN")]
    pub(crate) target: Vec<String>,
    /// The recipe to write; standard output by default
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct EvaluateArgs {
    /// A model file or a run folder
    pub(crate) model: PathBuf,
    /// Rows with the target
    pub(crate) data: PathBuf,
    /// flex, ndarray, wgpu or cuda, as compiled in
    #[arg(long, value_name = "DEVICE")]
    pub(crate) device: Option<String>,
    /// Also measure how much each input column matters, by shuffling it
    #[arg(long)]
    pub(crate) importance: bool,
    /// How many rows with a value that does not parse may be left out
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) max_rejected: usize,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DataFormat {
    /// Comma-separated values
    Csv,
    /// JSON lines, one object per row
    Jsonl,
    /// Parquet
    Parquet,
}

#[derive(Debug, Args)]
pub(crate) struct PredictArgs {
    /// A model file or a run folder
    pub(crate) model: PathBuf,
    /// Rows to predict; `-` or nothing for standard input (CSV, or JSON lines when it starts with `{`). A model that
    /// continues series goes on from its own data when nothing is given, and from these rows otherwise
    pub(crate) data: Option<PathBuf>,
    /// The users that a model recommends to, a row each: the same as DATA. A column `items` may hold what a user has
    /// besides what the model knows, such as `12|15`
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub(crate) users: Option<PathBuf>,
    /// How many items a list has
    #[arg(long, value_name = "N")]
    pub(crate) top: Option<usize>,
    /// List the items that a model finds most like this one
    #[arg(long, value_name = "ITEM", conflicts_with_all = ["data", "users"])]
    pub(crate) similar_to: Option<String>,
    /// Recommend only items with this value in a filter column; several values of a column are alternatives
    #[arg(long, value_name = "COLUMN=VALUE")]
    pub(crate) only: Vec<String>,
    /// Recommend no item with this value in a filter column
    #[arg(long, value_name = "COLUMN=VALUE")]
    pub(crate) without: Vec<String>,
    /// Recommend items that a user has already, too
    #[arg(long)]
    pub(crate) again: bool,
    /// Where to write; standard output by default. The ending says the format
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Format of the output; by default that of the output file's ending, else that of the input
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<DataFormat>,
    /// Put these columns of the input in front of the answers, as text; may be repeated
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(crate) keep: Vec<String>,
    /// How many rows with a value that does not parse may be left out
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) max_rejected: usize,
    /// Print JSON lines
    #[arg(long)]
    pub(crate) json: bool,
    /// flex, ndarray, wgpu or cuda, as compiled in
    #[arg(long, value_name = "DEVICE")]
    pub(crate) device: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct OrderArgs {
    /// A model file or a run folder of a forecast
    pub(crate) model: PathBuf,
    /// A row per item: stock, orders on their way, costs, lead times, as `[decision.order]` names them
    #[arg(long, value_name = "FILE")]
    pub(crate) stock: PathBuf,
    /// What was sold since the model was trained, and what is known of the future
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,
    /// Change one key of the model's recipe, as in `--set decision.order.service_level=0.98`; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Write a row per item to this CSV file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// flex, ndarray, wgpu or cuda, as compiled in
    #[arg(long, value_name = "DEVICE")]
    pub(crate) device: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ProduceArgs {
    /// A model file or a run folder of a forecast; not needed where the factory file gives the demand
    pub(crate) model: Option<PathBuf>,
    /// The factory: products, resources, materials
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: PathBuf,
    /// What was sold since the model was trained, and what is known of the future
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// flex, ndarray, wgpu or cuda, as compiled in
    #[arg(long, value_name = "DEVICE")]
    pub(crate) device: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ChatArgs {
    /// A model file or a run folder
    pub(crate) model: PathBuf,
    /// Print a JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
    /// flex, ndarray, wgpu or cuda, as compiled in
    #[arg(long, value_name = "DEVICE")]
    pub(crate) device: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Model files or run folders, each with a name of its own if wanted: `churn.hob support=bot.hob`
    #[arg(required = true, value_name = "[NAME=]MODEL")]
    pub(crate) models: Vec<String>,
    /// Where to listen; 0.0.0.0:8080 lets other machines in
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub(crate) addr: std::net::SocketAddr,
    /// flex, ndarray, wgpu or cuda, as compiled in
    #[arg(long, value_name = "DEVICE")]
    pub(crate) device: Option<String>,
    /// Threads per model that compute; by default one per four cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) workers: Option<u16>,
    /// No request is put to a batch that has as many rows
    #[arg(long, default_value_t = 64, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) batch_rows: u32,
    /// Milliseconds that a request waits for others to share a pass with; those that wait anyway share one at 0
    #[arg(long, default_value_t = 0, value_name = "MS")]
    pub(crate) batch_wait: u64,
    /// Requests per model that may wait; one more is refused with 503
    #[arg(long, default_value_t = 1024, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) queue: u32,
    /// Megabytes of a JSON request
    #[arg(long, default_value_t = 4, value_name = "MB", value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(crate) max_body: u32,
    /// Megabytes of a CSV or JSON lines file
    #[arg(long, default_value_t = 16, value_name = "MB", value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(crate) max_file: u32,
    /// Rows of a JSON request, and of a file for models that search or recommend
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) max_rows: u32,
    /// Seconds for a request to arrive, and again for its answer
    #[arg(long, default_value_t = 30, value_name = "S", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) timeout: u32,
    /// Open connections; more wait until one is closed
    #[arg(long, default_value_t = 10_240, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_connections: u32,
    /// Who may ask: a file with a name and the SHA-256 of a key per line. HOB_API_KEY holds a single key
    #[arg(long, value_name = "FILE")]
    pub(crate) api_keys: Option<PathBuf>,
    /// Requests per second for each key, or for each address where there are no keys
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rate_limit: Option<u32>,
    /// A certificate as PEM, for encrypted connections
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of the certificate
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// An origin whose pages may ask, such as `https://shop.example.com`; several by several of these
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) cors_origin: Vec<String>,
    /// Let the report of a run folder be read, which shows rows of the test part
    #[arg(long)]
    pub(crate) reports: bool,
    /// How to log
    #[arg(long, default_value = "text")]
    pub(crate) log: ServeLog,
    /// Log every request, without its content
    #[arg(long)]
    pub(crate) access_log: bool,
}

/// How a server logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ServeLog {
    /// For people
    Text,
    /// A JSON object per line
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// A model file or a run folder
    pub(crate) model: PathBuf,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Burn's own format, loaded by `ModuleRecord`
    Burnpack,
    /// Names and layout as PyTorch's `nn.Module` has them
    Safetensors,
    /// ONNX, for the networks that its exporter covers
    Onnx,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// A model file or a run folder
    pub(crate) model: PathBuf,
    /// What to write
    #[arg(long)]
    pub(crate) format: ExportFormat,
    /// The file; by default the model's name with the format's ending
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Store 16-bit floats
    #[arg(long)]
    pub(crate) half: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// Run folders
    #[arg(required = true)]
    pub(crate) runs: Vec<PathBuf>,
    /// Sort by this metric of the test part
    #[arg(long)]
    pub(crate) metric: Option<String>,
    /// List runs of different data or parts too, although their numbers cannot be ranked
    #[arg(long)]
    pub(crate) any_data: bool,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// A run folder
    pub(crate) run: PathBuf,
    /// The page to write; by default report.html in the run folder
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct RecipesArgs {
    /// Print this recipe
    pub(crate) name: Option<String>,
}
