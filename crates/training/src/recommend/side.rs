//! Tables of items and users: what is read of them, joined to the ids of the events.

use std::collections::HashMap;
use std::path::Path;

use hob_data::config::{InputConfig, RecommendConfig};
use hob_data::features::Features;
use hob_data::preprocess::Preprocessor;
use hob_data::source::{ColumnKind, ColumnRequest, ReadOptions};
use hob_data::split::Parts;
use hob_data::table::{Table, Values};
use hob_inference::recommend::Filter;
use hob_model::config::InputsConfig;

use crate::plan::sources::Sources;
use crate::plan::{PlanContext, finding_of, inputs, network, texts};
use crate::recipe::{Finding, KeyPath, Recipe};

/// A table that is joined to ids.
#[derive(Debug)]
pub(crate) struct Side {
    /// `recommend.items` or `recommend.users`.
    section: KeyPath,
    table: Table,
    id: String,
    inputs: Vec<InputConfig>,
    types: Option<inputs::Types>,
    /// The row of each id.
    rows: HashMap<String, usize>,
}

/// Both tables.
#[derive(Debug, Default)]
pub(crate) struct Sides {
    pub(crate) items: Option<Side>,
    pub(crate) users: Option<Side>,
}

/// What the network reads of some ids.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) preprocessor: Preprocessor,
    pub(crate) features: Features,
    pub(crate) network: InputsConfig,
}

impl Sides {
    /// Reads the tables that the recipe names.
    pub(crate) fn read(
        config: &RecommendConfig,
        recipe: &Recipe,
        options: &ReadOptions,
        context: PlanContext<'_>,
    ) -> Result<Self, Vec<Finding>> {
        let section = KeyPath::root().key("recommend");
        let items = config.items.as_ref().map(|table| Wanted {
            section: section.key("items"),
            source: &table.source,
            id: table.id.as_ref().unwrap_or(&config.item),
            inputs: &table.inputs,
            texts: {
                let section = section.key("items");
                let name = table.name.iter().map(|name| (name, section.key("name")));
                let filters = table.filters.iter().enumerate();
                let filters =
                    filters.map(|(place, name)| (name, section.key("filters").index(place)));
                name.chain(filters).collect()
            },
        });
        let users = config.users.as_ref().map(|table| Wanted {
            section: section.key("users"),
            source: &table.source,
            id: table.id.as_ref().unwrap_or(&config.user),
            inputs: &table.inputs,
            texts: Vec::new(),
        });
        let read = |wanted: Option<Wanted<'_>>| {
            wanted
                .map(|wanted| wanted.read(recipe, options, context))
                .transpose()
        };
        match (read(items), read(users)) {
            (Ok(items), Ok(users)) => Ok(Self { items, users }),
            (items, users) => {
                let found = [items.err(), users.err()];
                Err(found.into_iter().flatten().flatten().collect())
            }
        }
    }
}

struct Wanted<'a> {
    section: KeyPath,
    source: &'a String,
    id: &'a String,
    inputs: &'a [InputConfig],
    /// Columns that are kept as text, and where they are named.
    texts: Vec<(&'a String, KeyPath)>,
}

impl Wanted<'_> {
    fn read(
        self,
        recipe: &Recipe,
        options: &ReadOptions,
        context: PlanContext<'_>,
    ) -> Result<Side, Vec<Finding>> {
        let sources = Sources::of(self.source, context.folder, context.embedded);
        let of_source =
            |error: &dyn ToString| vec![finding_of(self.section.key("source"), &error.to_string())];
        let sources = sources.map_err(|error| of_source(&error))?;
        let private = recipe.data.private.as_ref();
        let named = self.named();
        let header = hob_data::source::header(
            &sources.paths(),
            options,
            crate::plan::names::all(&named, None),
        )
        .map_err(|error| of_source(&error))?;
        let mut unknown = crate::plan::names::unknown(&named, None, &header);
        for finding in &mut unknown {
            finding.message = finding
                .message
                .replacen("the data has", "this table has", 1);
        }
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let table_recipe = as_table(recipe, self.source, self.inputs);
        let types = (!self.inputs.is_empty()).then(|| {
            let types = inputs::resolve(&table_recipe, &sources, options, context.folder);
            types.map_err(|error| match error {
                inputs::ResolveError::Findings(found) => self.below(found),
                inputs::ResolveError::Data(error) => of_source(&error),
            })
        });
        let types = types.transpose()?;
        let mut requests = match &types {
            Some(types) => inputs::requests(&table_recipe, types),
            None => Vec::new(),
        };
        for name in std::iter::once(self.id).chain(self.texts.iter().map(|(name, _)| *name)) {
            if requests.iter().all(|known| known.name != *name) {
                requests.push(ColumnRequest {
                    name: name.clone(),
                    kind: ColumnKind::Category,
                    required: true,
                    hash_salt: None,
                });
            }
        }
        // Ids must look as in the events.
        let hash = private.filter(|private| private.hash.contains(self.id));
        for request in requests
            .iter_mut()
            .filter(|request| request.name == *self.id)
        {
            request.hash_salt = hash.map(|private| private.salt.clone().unwrap_or_default());
        }
        let (table, _) = sources
            .read(&requests, options)
            .map_err(|error| of_source(&error))?;
        let rows = rows(&table, self.id, &self.section)?;
        Ok(Side {
            section: self.section.clone(),
            id: self.id.clone(),
            inputs: self.inputs.to_vec(),
            table,
            types,
            rows,
        })
    }

    /// The columns that are named, with their keys.
    fn named(&self) -> Vec<(String, KeyPath)> {
        let mut named = vec![(self.id.clone(), self.section.key("id"))];
        named.extend(
            self.texts
                .iter()
                .map(|(name, key)| ((*name).clone(), key.clone())),
        );
        for (place, input) in self.inputs.iter().enumerate() {
            let key = self.section.key("inputs").index(place);
            named.extend(crate::plan::input_columns(input, &key));
        }
        named
    }

    fn below(&self, found: Vec<Finding>) -> Vec<Finding> {
        below(&self.section, found)
    }
}

/// Findings about `inputs` of a table are about those of a section.
fn below(section: &KeyPath, found: Vec<Finding>) -> Vec<Finding> {
    let moved = found.into_iter().map(|mut finding| {
        finding.key = KeyPath::from(format!("{section}.{}", finding.key).as_str());
        finding
    });
    moved.collect()
}

/// A recipe that reads the inputs of a table and nothing else.
fn as_table(recipe: &Recipe, source: &str, inputs: &[InputConfig]) -> Recipe {
    let mut table = recipe.clone();
    table.data.source = Some(source.to_string());
    table.data.split = Default::default();
    table.inputs = inputs.to_vec();
    table
}

/// The row of each id.
fn rows(
    table: &Table,
    id: &str,
    section: &KeyPath,
) -> Result<HashMap<String, usize>, Vec<Finding>> {
    let Some(Values::Category(ids)) = table.column(id).map(|column| &column.values) else {
        let message = format!(
            "column `{id}` names the rows of this table, so it cannot be an input of another type"
        );
        return Err(vec![Finding::error(section.key("inputs"), message)]);
    };
    let mut rows = HashMap::with_capacity(table.num_rows);
    for row in 0..table.num_rows {
        let Some(text) = ids.get(row) else { continue };
        if let Some(first) = rows.insert(text.to_string(), row) {
            let message = format!(
                "`{text}` stands in rows {} and {} of the table, but every id must stand there once",
                first + 1,
                row + 1
            );
            return Err(vec![Finding::error(section.key("source"), message)]);
        }
    }
    Ok(rows)
}

impl Side {
    /// The ids of the table, row by row.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        let values = self.table.column(&self.id).map(|column| &column.values);
        let ids = match values {
            Some(Values::Category(ids)) => Some(ids),
            _ => None,
        };
        ids.into_iter()
            .flat_map(|ids| (0..self.table.num_rows).filter_map(|row| ids.get(row)))
    }

    /// Ids that have no row.
    pub(crate) fn lacks(&self, ids: &[String]) -> usize {
        ids.iter().filter(|id| !self.rows.contains_key(*id)).count()
    }

    /// A column as text, id by id; empty where there is none.
    pub(crate) fn texts(&self, column: &str, ids: &[String]) -> Vec<String> {
        let values = self.table.column(column).map(|column| &column.values);
        let text = |id: &String| match values {
            Some(Values::Category(cells)) => self
                .rows
                .get(id)
                .and_then(|&row| cells.get(row))
                .unwrap_or_default()
                .trim()
                .to_string(),
            _ => String::new(),
        };
        ids.iter().map(text).collect()
    }

    /// A filter column, id by id.
    pub(crate) fn filter(&self, column: &str, ids: &[String]) -> Filter {
        Filter {
            column: column.to_string(),
            values: self.texts(column, ids),
        }
    }

    /// What the network reads of each id, fitted on those that training has seen; `None` without inputs.
    pub(crate) fn join(
        &self,
        ids: &[String],
        is_seen: impl Fn(usize) -> bool,
        recipe: &Recipe,
        folder: &Path,
    ) -> Result<Option<Joined>, Vec<Finding>> {
        let Some(types) = &self.types else {
            return Ok(None);
        };
        let rows: Vec<Option<usize>> = ids.iter().map(|id| self.rows.get(id).copied()).collect();
        let mut train: Vec<usize> = (0..ids.len())
            .filter(|&id| is_seen(id))
            .filter_map(|id| rows[id])
            .collect();
        train.sort_unstable();
        if train.is_empty() {
            let message = "no id of the events stands in this table";
            let hint = format!(
                "the ids of column `{}` must be those of the events",
                self.id
            );
            return Err(vec![
                Finding::error(self.section.key("source"), message).with_hint(hint),
            ]);
        }
        let parts = Parts {
            train,
            ..Parts::default()
        };
        let moved = |found| below(&self.section, found);
        let (preprocessor, _) = inputs::fit(types, &self.table, &parts, None).map_err(moved)?;
        let table_recipe = as_table(recipe, "", &self.inputs);
        let layout = preprocessor.layout();
        let encoders = texts::encoders(&table_recipe, &layout, folder).map_err(moved)?;
        let network = network::network(&layout, &encoders, None, &[]).inputs;
        let found: Vec<usize> = rows.iter().flatten().copied().collect();
        let encoded = preprocessor
            .transform(&self.table, &found)
            .map_err(|problems| {
                let key = self.section.key("inputs");
                problems
                    .0
                    .iter()
                    .map(|problem| finding_of(key.clone(), &problem.to_string()))
                    .collect::<Vec<_>>()
            })?;
        let mut place = 0..found.len();
        let places: Vec<Option<usize>> = rows
            .iter()
            .map(|row| row.and_then(|_| place.next()))
            .collect();
        Ok(Some(Joined {
            features: encoded.0.spread(&places),
            preprocessor,
            network,
        }))
    }
}
