# A sampler's posterior of the joint model with counts as they are, for tests/test_battery_model.py: run
# `Rscript joint_brms.R` in this folder; it writes joint_brms.csv.
# R 4.2.2, brms 2.18.0, rstan 2.21.7 (Debian: r-cran-brms, r-cran-bh); NUTS, seed 1, four chains one after the other.
suppressMessages({library(brms); library(posterior)})
# Debian has Boost among the headers of the system, not in R's package BH.
rstan_options <- rstan::rstan_options
rstan_options(boost_lib = "/usr/include", boost_lib2 = "/usr/include")

many <- transform(read.csv("barriers_108.csv"), id = seq_along(y))
many$n <- pmax(20, round(1 / (many$v * plogis(many$y) * (1 - plogis(many$y)))))
many$yes <- round(many$n * plogis(many$y))
scale <- function(sd, group) set_prior(sprintf("normal(0, %s)", sd), class = "sd", group = group)
found <- brm(
  yes | trials(n) ~ 0 + item + t + (1 | survey) + (1 | house) + (1 | id) + (0 + t | item) + (1 | year),
  data = many, family = binomial,
  prior = c(scale(.5, "survey"), scale(.5, "house"), scale(.5, "id"), scale(.15, "item"), scale(.25, "year")),
  chains = 4, cores = 1, iter = 3500, warmup = 1000, seed = 1, refresh = 0, control = list(adapt_delta = .99))
drawn <- as_draws_array(found)
one <- function(name) extract_variable_matrix(drawn, name)

level <- function(item, year) {
  slope <- one("b_t") + one(sprintf("r_item[%s,t]", item))
  100 * plogis(one(paste0("b_item", gsub("-", "M", item))) + slope * (year - 2018) + one(sprintf("r_year[%d,Intercept]", year)))
}
items <- sort(unique(many$item))
rows <- list()
keep <- function(quantity, value) rows[[length(rows) + 1]] <<- data.frame(
  quantity, mean = mean(value), sd = sd(value), error = mcse_mean(value), rhat = rhat(value))
for (item in items) {
  keep(paste0("level.", item), level(item, 2020))
  keep(paste0("change.", item), level(item, 2020) - level(item, 2017))
}
groups <- c(survey = "survey", house = "house", figure = "id", year = "year")
for (name in names(groups)) keep(paste0("spread.", name), one(sprintf("sd_%s__Intercept", groups[[name]])))
keep("spread.slope", one("sd_item__t"))
write.csv(format(do.call(rbind, rows), digits = 5), "joint_brms.csv", row.names = FALSE, quote = FALSE)
