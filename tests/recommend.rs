//! Items that users want next: `[recommend]` from recipe to list.

use std::collections::{HashMap, HashSet};

use hob_inference::Bundle;
use hob_inference::recommend::CatalogTexts;

use crate::program::{Program, Ran};

const USERS: usize = 60;
const ITEMS: usize = 40;

pub(crate) const RECIPE: &str = r#"[data]
source = "events.csv"
[recommend]
user = "user"
item = "item"
time = "day"
k = [3]
[recommend.items]
source = "items.csv"
name = "name"
filters = ["category"]
[model.mf]
dim = 8
[optimizer.adamw]
learning_rate = 0.05
weight_decay = 0.1
[training]
epochs = 10
batch_size = 128
"#;

const MODEL: &str = "[model.mf]\ndim = 8";
const KEYS: &str = "k = [3]";
const TWO_TOWER: &str = "[model.two_tower]\ndim = 16";
const FEATURES: &str = "[[recommend.items.inputs]]\ncolumn = \"category\"\n\n[recommend.users]\nsource = \"users.csv\"\n\n\
                        [[recommend.users.inputs]]\ncolumn = \"country\"\n\n";

/// Another model, which learns from users instead of events, with more keys before it.
fn with_model(before: &str, model: &str, rate: &str) -> String {
    let recipe = RECIPE.replace(MODEL, &format!("{before}{model}"));
    let recipe = recipe.replace("0.05", rate).replace("128", "16");
    recipe.replace("epochs = 10", "epochs = 20")
}

fn with_ratings() -> String {
    let rating = "[recommend.feedback.rating]\nvalue = \"rating\"\nmin = 1\nmax = 5";
    RECIPE.replace(MODEL, &format!("{rating}\n\n{MODEL}"))
}

/// The items of a user, oldest first: seven of the ten of the user's group, and one of another.
fn bought(user: usize) -> Vec<usize> {
    let (group, turn) = (user % 4, user / 4);
    let own = |place: usize| (turn * 7 + place * 3) % 10 * 4 + group;
    let mut items: Vec<usize> = (0..7).map(own).collect();
    items.insert(3, ((group + 1) % 4 + 4 * turn) % ITEMS);
    items
}

/// What users bought in the first eight months of a year. Some items are better than others, and some users kinder.
fn events() -> String {
    let mut text = String::from("day,user,item,rating\n");
    for user in 0..USERS {
        for (place, item) in bought(user).into_iter().enumerate() {
            let (month, day) = (place + 1, 1 + (user * 7) % 28);
            let rating = 1 + item / 4 % 3 + user % 3;
            let pair = format!("u{user:02},i{item:02}");
            text.push_str(&format!("2024-{month:02}-{day:02},{pair},{rating}\n"));
        }
    }
    text
}

fn shop(recipe: &str) -> Program {
    let item = |item: usize| {
        let group = ["garden", "kitchen", "toys", "office"][item % 4];
        format!("i{item:02},{group} thing {item},{group}\n")
    };
    let user = |user: usize| format!("u{user:02},{}\n", ["DE", "FR", "IT", "ES"][user % 4]);
    let items = String::from("item,name,category\n") + &(0..ITEMS).map(item).collect::<String>();
    let users = String::from("user,country\n") + &(0..USERS).map(user).collect::<String>();
    let program = Program::new();
    program.write("events.csv", &events());
    program.write("items.csv", &items);
    program.write("users.csv", &users);
    program.write("shop.toml", recipe);
    program
}

pub(crate) fn trained(recipe: &str) -> Program {
    let program = shop(recipe);
    program.succeed(&words("train shop.toml -q --out run"));
    program
}

/// Arguments without blanks.
fn words(text: &str) -> Vec<&str> {
    text.split(' ').collect()
}

/// Numbers of the items in the lists of a CSV, by user.
fn lists(ran: &Ran) -> HashMap<String, Vec<usize>> {
    let mut lists: HashMap<String, Vec<usize>> = HashMap::new();
    for line in ran.stdout.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let item = cells[2].trim_start_matches('i').parse().unwrap();
        lists.entry(cells[0].to_string()).or_default().push(item);
    }
    lists
}

/// Share of the items that are of a group.
fn share(items: &[usize], group: usize) -> f64 {
    let hits = items.iter().filter(|item| **item % 4 == group).count();
    hits as f64 / items.len() as f64
}

/// The share of each user's list that is of the user's group, on average.
fn fit(lists: &HashMap<String, Vec<usize>>) -> f64 {
    let of_user = |user: usize| share(&lists[&format!("u{user:02}")], user % 4);
    (0..USERS).map(of_user).sum::<f64>() / USERS as f64
}

/// Three of the 32 items that a user lacks are of the user's group, so that lists by chance or by popularity have a tenth.
#[test]
fn every_network_finds_the_items_of_a_users_group() {
    for recipe in [
        RECIPE.to_string(),
        with_model("", TWO_TOWER, "0.02"),
        with_model("", "[model.sasrec]\ndim = 16\nhistory = 8", "0.01"),
    ] {
        let program = trained(&recipe);
        let found = lists(&program.succeed(&words("predict run users.csv --top 3")));
        assert!(fit(&found) > 0.7, "{}\n{recipe}", fit(&found));
        for user in 0..USERS {
            let (list, owned) = (&found[&format!("u{user:02}")], bought(user));
            assert!(list.len() == 3 && !list.iter().any(|item| owned.contains(item)));
        }
        let again = lists(&program.succeed(&words("predict run users.csv --top 10 --again")));
        assert!(fit(&again) > 0.5, "{}\n{recipe}", fit(&again));
        assert!(again["u00"].iter().any(|item| bought(0).contains(item)));
        program.write("new.csv", "user,items\nnew,i01|i05|i09|none\nnobody,\n");
        let ran = program.succeed(&words("predict run new.csv --top 3"));
        let new = lists(&ran);
        assert!(share(&new["new"], 1) > 0.6, "{new:?}\n{recipe}");
        assert!(new["nobody"].len() == 3 && ran.stdout.contains(",popularity"));
        for word in ["`new`", "`none`", "1 user of whom nothing"] {
            assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
        }
        let ran = program.succeed(&words("predict run --similar-to i00 --top 5"));
        let alike = ran.stdout.matches("garden thing").count();
        assert!(alike >= 3, "{}\n{recipe}", ran.stdout);
    }
}

#[test]
fn lists_are_filtered_written_and_refused() {
    let program = trained(RECIPE);
    for (rule, groups) in [("only", [2, 3]), ("without", [0, 1])] {
        let rules = format!("--{rule} category=toys --{rule} category=office");
        let found = lists(&program.succeed(&words(&format!("predict run users.csv {rules}"))));
        let found: HashSet<usize> = found.values().flatten().map(|item| item % 4).collect();
        assert_eq!(found, HashSet::from(groups), "{rules}");
    }
    program.write("one.csv", "user\nu00\n");
    let found = &lists(&program.succeed(&words("predict run one.csv --top 2")))["u00"];
    let list = program.json(&words("predict run one.csv --top 2 --json"));
    assert!(list["user"] == "u00" && list["basis"] == "known", "{list}");
    for (place, item) in found.iter().enumerate() {
        assert_eq!(list["items"][place]["item"], format!("i{item:02}"));
    }
    program.succeed(&words("predict run users.csv -o lists.parquet"));
    let bytes = std::fs::read(program.path("lists.parquet")).unwrap();
    assert!(bytes.starts_with(b"PAR1"));
    program.succeed(&words("report run"));

    program.write("asked.csv", "customer\nu00\n");
    let refused = |request: &str| {
        let ran = program.run(&words(request));
        assert_eq!(ran.code, 2, "{request}: {}", ran.stderr);
        format!("--- {request}\n{}\n", ran.stderr)
    };
    let refused = refused("predict run asked.csv")
        + &refused("predict run users.csv --only colour=red")
        + &refused("predict run --similar-to i99")
        + &refused("predict run --similar-to thing")
        + &refused("evaluate run events.csv");
    insta::assert_snapshot!("requests_that_cannot_be_answered", refused);
}

#[test]
fn ids_that_look_like_numbers_are_texts() {
    let program = shop(RECIPE);
    let text = events().replace(",u00,", ",007,").replace(",u01,", ",7,");
    program.write("events.csv", &text);
    program.succeed(&words("train shop.toml -q --out run"));
    program.write("asked.csv", "user\n007\n7\n7.0\n");
    let ran = program.succeed(&words("predict run asked.csv --top 1"));
    let (known, popular) = (
        ran.stdout.matches(",known"),
        ran.stdout.matches(",popularity"),
    );
    assert_eq!((known.count(), popular.count()), (2, 1), "{}", ran.stdout);
    let found = lists(&ran);
    assert!(found["007"] != found["7"], "{found:?}");
}

#[test]
fn features_find_items_that_nobody_has_for_users_whom_nobody_knows() {
    let before = format!("{FEATURES}[recommend.split.cold_items]\ntest = 0.2\n\n");
    let program = shop(&with_model(&before, TWO_TOWER, "0.02"));
    let items = std::fs::read_to_string(program.path("items.csv")).unwrap();
    program.write("items.csv", &(items + "i99,garden thing 99,garden\n"));
    let document = program.json(&words("train shop.toml -q --json --out run"));
    let ndcg = |of: &str| document[of]["items"]["ndcg_at_3"].as_f64().unwrap();
    // Training has seen no item of the test part, so popularity finds none.
    assert!(ndcg("baseline") == 0.0 && ndcg("test") > 0.2, "{document}");
    program.write("asked.csv", "user,country\nnew,DE\nother,FR\n");
    let ran = program.succeed(&words("predict run asked.csv --top 11"));
    let found = lists(&ran);
    assert!(ran.stdout.contains(",features"), "{}", ran.stdout);
    let finds = share(&found["other"], 1) > 0.8 && found["new"].contains(&99);
    assert!(finds, "{found:?}");
}

#[test]
fn every_split_and_loss_trains() {
    let program = shop(RECIPE);
    let choices = "split.leave_last={} split.time={} split.random={} loss.softmax={negatives=10} \
                   loss.bpr={negatives=2,sampling=\"popularity\"} loss.warp={}";
    for (place, choice) in words(choices).iter().enumerate() {
        let set = format!("--set recommend.{choice} --out run{place}");
        let document = program.json(&words(&format!("train shop.toml -q --json {set}")));
        let ndcg = |of: &str| document[of]["items"]["ndcg_at_3"].as_f64().unwrap();
        assert!(ndcg("test") > ndcg("baseline") + 0.1, "{set}: {document}");
    }
}

/// Negative items and numbers to drop are drawn as if nothing had happened.
#[test]
fn a_killed_run_resumes_to_the_same_model() {
    let program = shop(&with_model("[recommend.loss.bpr]\n\n", TWO_TOWER, "0.02"));
    let train = |run: &str, seed: usize| {
        let set = "--set training.epochs=200 --set training.checkpoint_seconds=0.01";
        format!("train shop.toml -q {set} --set seed={seed} --out {run}")
    };
    program.succeed(&words(&train("whole", 1)));
    program.succeed(&words(&train("other", 2)));
    program.kill_training(&words(&train("killed", 1)), "killed");
    program.succeed(&words("train --resume killed -q"));
    let read = |run: &str| std::fs::read(program.path(run).join("model.hob")).unwrap();
    assert!(read("whole") == read("killed"), "the models differ");
    assert!(read("whole") != read("other"), "the seed does not count");
}

#[test]
fn a_model_is_judged_by_what_users_bought_later() {
    let program = trained(RECIPE);
    let mut later = String::from("user,item\nu00,i99\nu99,i00\n");
    for user in 0..USERS {
        let owned = bought(user);
        let new = (0..ITEMS).filter(|item| item % 4 == user % 4 && !owned.contains(item));
        new.for_each(|item| later.push_str(&format!("u{user:02},i{item:02}\n")));
    }
    program.write("later.csv", &later);
    let ran = program.succeed(&words("evaluate run later.csv"));
    assert!(ran.stderr.contains("left out 2 rows"), "{}", ran.stderr);
    let judged = program.json(&words("evaluate run later.csv --json"));
    let recall = |of: &str| judged[of]["items"]["recall_at_3"].as_f64().unwrap();
    assert!(recall("test") > 0.7 && recall("baseline") < 0.3, "{judged}");
    // As counted in the lists of another command.
    let found = lists(&program.succeed(&words("predict run users.csv --top 3")));
    assert!((fit(&found) - recall("test")).abs() < 1e-9, "{judged}");
}

#[test]
fn ratings_are_predicted_better_than_by_their_mean() {
    let program = trained(&with_ratings().replace("epochs = 10", "epochs = 30"));
    for (judge, factor) in [("show run", 0.8), ("evaluate run events.csv", 0.6)] {
        let judged = program.json(&words(&format!("{judge} --json")));
        let rmse = |of: &str| judged[of]["items"]["rmse"].as_f64().unwrap();
        assert!(rmse("test") < factor * rmse("baseline"), "{judged}");
    }
    let text = program.succeed(&words("predict run users.csv")).stdout;
    for line in text.lines().skip(1) {
        let score: f64 = line.split(',').nth(4).unwrap().parse().unwrap();
        assert!((1.0..=5.0).contains(&score), "{line}");
    }
}

/// What `check` says when a text of a file is replaced by another, case by case.
fn told(file: &str, recipe: &str, cases: &[(&str, &str)]) -> String {
    let program = shop(recipe);
    let original = std::fs::read_to_string(program.path(file)).unwrap();
    let told = cases.iter().map(|(from, to)| {
        assert!(original.contains(from), "there is no `{from}` in {file}");
        program.write(file, &original.replacen(from, to, 1));
        let ran = program.run(&["check", "shop.toml"]);
        assert_eq!(ran.code, 2, "{to}: {}{}", ran.stdout, ran.stderr);
        format!("--- {file}: {to:?}\n{}\n", ran.stderr)
    });
    told.collect()
}

#[test]
fn recipes_that_cannot_recommend_are_told() {
    let inputs = "[[recommend.items.inputs]]\ncolumn = \"category\"\n\n[model.mf]";
    let one = [
        ("user = \"user\"", "user = \"customer\""),
        ("item = \"item\"", "item = \"user\""),
        ("[\"category\"]", "[\"colour\"]"),
        (MODEL, "[model.mlp]\nhidden = [4]"),
        (MODEL, inputs),
        (MODEL, "[[inputs]]\ncolumn = \"day\"\n[model.mf]"),
        (MODEL, "[data.split.random]\ntest = 0.3\n[model.mf]"),
        ("time = \"day\"", "split = { time = {} }"),
        (KEYS, "split = { leave_last = { test = 7 } }"),
        (KEYS, "min_user_items = 9"),
        ("epochs = 10", "warm_start = \"run\""),
    ];
    let rated = [
        (MODEL, "[model.sasrec]"),
        (MODEL, "[recommend.loss.bpr]\n[model.mf]"),
    ];
    let alone = "[data]\nsource = \"events.csv\"\n\n[[inputs]]\ncolumn = \"day\"\n\n[[outputs]]\ncolumn = \"rating\"\n\n\
                 [model.linear]\n";
    let all = told("shop.toml", RECIPE, &one)
        + &told("shop.toml", &with_ratings(), &rated)
        + &told("shop.toml", alone, &[("[model.linear]", "[model.mf]")]);
    insta::assert_snapshot!("recipes_that_cannot_recommend", all);
}

#[test]
fn events_and_items_that_cannot_be_used_are_told() {
    let strict = with_ratings().replace(KEYS, "duplicates = \"error\"");
    let events = [
        ("2024-02-01", "soon"),
        ("2024-02-01", ""),
        ("i00,1\n", "i00,6\n"),
        ("i00,1\n", "i00,\n"),
        ("2024-01-01", "2024-09-01,u00,i00,1\n2024-01-01"),
    ];
    let items = [("i01", "i00"), ("item,", "sku,")];
    let all = told("events.csv", &strict, &events) + &told("items.csv", &strict, &items);
    insta::assert_snapshot!("events_that_cannot_be_used", all);
}

#[test]
fn what_was_done_to_the_rows_is_told() {
    let program = shop(&RECIPE.replace(KEYS, "min_user_items = 5"));
    let events = events().replace("\n2024-01-01,u00", "\n2024-12-24,u00");
    let more = "2024-01-05,once,i03,1\n2024-12-24,u07,i27,1\n2024-12-24,,i27,1\n";
    program.write("events.csv", &(events + more + more));
    let items = std::fs::read_to_string(program.path("items.csv")).unwrap();
    program.write("items.csv", &items.replace("i39", "x39"));
    let told = program.succeed(&words("check shop.toml")).stdout;
    for note in [
        "2 rows without a user or an item",
        "put together with others of their user and item",
        "1 user left out, who have too few items",
        "whose rows do not stand in the order of their times",
        "1 item without a row in the item table",
    ] {
        assert!(told.contains(note), "{note}: {told}");
    }
}

#[test]
fn a_damaged_catalog_is_refused() {
    let program = trained(RECIPE);
    let bundle = Bundle::read(&program.path("run")).unwrap();
    let damages: [fn(&mut CatalogTexts); 6] = [
        |_| {},
        |texts| texts.items.truncate(30),
        |texts| texts.owned[0].push(ITEMS as u32),
        |texts| texts.users.clear(),
        |texts| texts.seen_users.clear(),
        |texts| texts.filters[0].values.clear(),
    ];
    for (place, damage) in damages.iter().enumerate() {
        let mut changed = bundle.clone();
        damage(&mut changed.catalog.as_mut().unwrap().texts);
        changed.write(&program.path("run/model.hob")).unwrap();
        let ran = program.run(&words("predict run users.csv"));
        let is_told = ran.code == 2 && ran.stderr.contains("not a usable model");
        assert_eq!(is_told, place > 0, "{place}: {} {}", ran.code, ran.stderr);
    }
}
