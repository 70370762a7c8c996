use super::*;

#[track_caller]
fn message(settings: &str, rows: &str) -> String {
    fit(settings, rows).unwrap_err().to_string()
}

#[test]
fn settings_that_do_not_fit_together() {
    let settings = "frequency = \"fortnight\"\nknown = [\"price\", \"y\"]\npast = [\"price\"]\nscale = \"standard\"\n\
                    transform = \"log1p\"\nduplicates = \"mean\"\n[head.negative_binomial]";
    insta::assert_snapshot!("settings", message(settings, "date,y\n2024-01-01,1"));
    let levels = "[head.quantiles]\nlevels = [0.9, 0.5]";
    insta::assert_snapshot!("levels", message(levels, "date,y\n2024-01-01,1"));
}

#[test]
fn columns_that_are_not_there() {
    let settings = "series = [\"item\"]\nknown = [\"price\"]\npast = [\"wind\"]";
    insta::assert_snapshot!("no_key", message(settings, "date,y\n2024-01-01,1"));
    insta::assert_snapshot!(
        "no_covariates",
        message(settings, "date,item,y\n2024-01-01,a,1\n2024-01-02,a,1")
    );
    insta::assert_snapshot!("no_rows", message("", "date,y"));
}

#[test]
fn rows_without_time_or_key() {
    let rows = "date,item,y\n,a,1\n2024-01-02,,1\n,a,2";
    insta::assert_snapshot!("no_time", message("series = [\"item\"]", rows));
}

#[test]
fn times_that_have_no_frequency() {
    insta::assert_snapshot!(
        "one_time",
        message(
            "series = [\"item\"]",
            "date,item,y\n2024-01-01,a,1\n2024-01-01,b,1"
        )
    );
    let mut rows = daily(&[1.0; 9]);
    rows.push_str("\n1970-01-09T13:37:11,4");
    insta::assert_snapshot!("odd_time", message("", &rows));
}

#[test]
fn times_off_the_grid() {
    let rows = "date,item,y\n2024-01-01,a,1\n2024-01-08,a,1\n2024-01-16,a,1\n2024-01-22,a,1";
    insta::assert_snapshot!(
        "off_grid",
        message("series = [\"item\"]\nfrequency = \"W\"", rows)
    );
    let rows = "date,y\n2024-01-31,1\n2024-02-29,1\n2024-03-30,1\n2024-04-30,1";
    insta::assert_snapshot!("off_month_end", message("frequency = \"M\"", rows));
}

#[test]
fn several_rows_of_a_step_and_gaps_at_once() {
    let rows = "date,item,shop,y\n2024-01-01,a,1,1\n2024-01-02,a,1,2\n2024-01-05,a,1,3\n2024-01-02,a,1,4\n2024-01-06,a,1,3\n\
                2024-01-01,b,2,1\n2024-01-02,b,2,\n2024-01-03,b,2,1\n2024-01-04,b,2,1";
    insta::assert_snapshot!(
        "duplicates_and_gaps",
        message("series = [\"item\", \"shop\"]", rows)
    );
}

#[test]
fn known_columns_without_a_value() {
    let rows =
        "date,y,price\n2024-01-01,1,1\n2024-01-02,2,\n2024-01-03,3,3\n2024-01-04,,4\n2024-01-05,,";
    insta::assert_snapshot!("known_in_rows", message("known = [\"price\"]", rows));
    let mut rows = String::from("date,item,y,price");
    for day in 1..=7 {
        rows.push_str(&format!("\n2024-01-0{day},a,1,2"));
    }
    let fitted = fit(
        "series = [\"item\"]\nknown = [\"price\"]\nhorizon = 2",
        &(rows + "\n2024-01-08,a,,2"),
    )
    .unwrap();
    let error = fitted
        .preprocessor
        .forecast_windows(fitted.panel)
        .unwrap_err();
    insta::assert_snapshot!("known_in_the_future", error.to_string());
}

#[test]
fn static_columns_that_change() {
    let rows = "date,item,y,kind\n2024-01-01,a,1,red\n2024-01-02,a,1,\n2024-01-03,a,1,blue";
    insta::assert_snapshot!(
        "not_constant",
        message("series = [\"item\"]\nstatic = [\"kind\"]", rows)
    );
}

#[test]
fn series_that_are_too_short() {
    let rows = "date,item,y\n2024-01-01,a,1\n2024-01-02,a,1\n2024-01-01,b,1\n2024-01-01,c,";
    insta::assert_snapshot!(
        "all_short",
        message("series = [\"item\"]\ncontext = 7\nhorizon = 2", rows)
    );
    let settings = "series = [\"item\"]\nexclude_short = false";
    insta::assert_snapshot!("some_short", message(settings, rows));
    insta::assert_snapshot!(
        "no_windows",
        message("context = 3\nhorizon = 2", &daily(&[1.0; 8]))
    );
    insta::assert_snapshot!("no_target", message("", "date,y\n2024-01-01,\n2024-01-02,"));
}

#[test]
fn a_wrong_year_does_not_fill_the_memory() {
    let mut rows = daily(&[1.0; 400]);
    rows.push_str("\n2204-01-09,4");
    insta::assert_snapshot!("wrong_year", message("fill = \"zero\"", &rows));
}

#[test]
fn targets_that_a_setting_cannot_stand() {
    let rows = daily(&[1.0, -2.0, 3.5, 4.0]);
    insta::assert_snapshot!("negative", message("transform = \"log1p\"", &rows));
    insta::assert_snapshot!(
        "not_counts",
        message("scale = \"mean\"\n[head.negative_binomial]", &rows)
    );
}

#[test]
fn new_rows_off_the_fitted_grid() {
    let fitted = fit("", &daily(&[1.0; 9])).unwrap();
    let new = "date,y\n1970-02-01T12:00,1\n1970-02-02,1";
    insta::assert_snapshot!(
        "new_off_grid",
        fitted
            .preprocessor
            .panel(&table(new))
            .unwrap_err()
            .to_string()
    );
}

#[test]
fn times_are_written_as_the_user_writes_them() {
    let rows = "date,y\n2024-01-01,1\n2024-01-02,1\n2024-01-02,1";
    insta::assert_snapshot!("own_format", message("time_formats = [\"%d.%m.%Y\"]", rows));
}

#[test]
fn new_rows_that_are_too_few() {
    let fitted = fit("context = 3", &daily(&[1.0; 9])).unwrap();
    let problems = fitted
        .preprocessor
        .panel(&table(&daily(&[1.0; 2])))
        .unwrap_err();
    insta::assert_snapshot!("new_short", problems.to_string());
}
