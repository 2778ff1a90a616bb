# The numbers of survey_r.csv, survey_r_more.csv and survey_tables.csv, and the data sets of microdata/: Rscript survey_r.R, R 4.2.2, survey 4.1.1.
suppressMessages(library(survey)); options(digits = 15)
data(api); data(nhanes)
dir.create("microdata", showWarnings = FALSE)
api <- function(d, extra) d[, c("cds", "stype", "awards", "sch.wide", "comp.imp", "api00", "dnum", "snum", "pw", "fpc", extra)]
write.csv(api(apistrat, NULL)[, -1], "microdata/apistrat.csv", row.names = FALSE)
write.csv(api(apiclus1, NULL)[, -1], "microdata/apiclus1.csv", row.names = FALSE)
write.csv(apiclus2[, c("stype", "awards", "sch.wide", "comp.imp", "api00", "dnum", "snum", "pw")], "microdata/apiclus2.csv", row.names = FALSE)
write.csv(nhanes, "microdata/nhanes.csv", row.names = FALSE)
designs <- list(
  apistrat = svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = apistrat),
  apiclus1 = svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = apiclus1),
  apiclus2 = svydesign(id = ~dnum, weights = ~pw, data = apiclus2),
  nhanes = subset(svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nhanes), !is.na(HI_CHOL)))
rows <- list()
one <- function(name, d, what, f, by = "") {
  m <- svymean(f, d, deff = "replace"); l <- svyciprop(f, d, method = "logit"); b <- svyciprop(f, d, method = "beta")
  rows[[length(rows) + 1]] <<- data.frame(data = name, answer = what, by = by, share = coef(m)[[1]], se = SE(m)[[1]],
    deff = deff(m)[[1]], df = degf(d), logit_low = confint(l)[[1]], logit_high = confint(l)[[2]],
    beta_low = confint(b)[[1]], beta_high = confint(b)[[2]])
}
for (name in c("apistrat", "apiclus1", "apiclus2")) for (v in c("awards", "sch.wide", "comp.imp")) {
  d <- designs[[name]]
  one(name, d, v, as.formula(paste0("~as.numeric(", v, "=='Yes')")))
  for (s in c("E", "H", "M")) one(name, subset(d, stype == s), v, as.formula(paste0("~as.numeric(", v, "=='Yes')")), s)
}
one("nhanes", designs$nhanes, "HI_CHOL", ~HI_CHOL)
for (r in 1:4) one("nhanes", subset(designs$nhanes, race == r), "HI_CHOL", ~HI_CHOL, as.character(r))
write.csv(do.call(rbind, rows), "survey_r.csv", row.names = FALSE)
m <- svymean(~api00, designs$apiclus1); jk <- as.svrepdesign(designs$apiclus2, type = "JK1", mse = TRUE)
j <- svymean(~as.numeric(awards == "Yes"), jk)
two <- svyttest(as.numeric(awards == "Yes") ~ elementary, update(designs$apiclus2, elementary = stype == "E"))
# Three boxes of one question, two kinds of schools: the covariance of the shares, then Rao and Scott's second order.
several <- function(d, a, b, by = "stype") {
  boxes <- ~as.numeric(awards == "Yes") + as.numeric(sch.wide == "Yes") + as.numeric(comp.imp == "Yes")
  both <- svyby(boxes, as.formula(paste0("~", by)), d[d$variables[[by]] %in% c(a, b), ], svymean, covmat = TRUE)
  k <- 3; shares <- matrix(coef(both), ncol = k); V <- vcov(both)
  L <- do.call(rbind, lapply(1:k, function(j) { r <- numeric(2 * k); r[2 * j - 1] <- 1; r[2 * j] <- -1; r }))
  n <- table(d$variables[[by]])[c(a, b)]; pooled <- (n[[1]] * shares[1, ] + n[[2]] * shares[2, ]) / sum(n)
  simple <- pooled * (1 - pooled) * sum(1 / n)
  eigenvalues <- Re(eigen((L %*% V %*% t(L)) %*% diag(1 / simple))$values)
  X2 <- sum((shares[1, ] - shares[2, ])^2 / simple)
  df <- sum(eigenvalues)^2 / sum(eigenvalues^2)
  c(X2 * sum(eigenvalues) / sum(eigenvalues^2), df, pchisqsum(X2, rep(1, k), eigenvalues, method = "satterthwaite", lower.tail = FALSE))
}
overlaps <- c(several(designs$apiclus2, "E", "M"), several(designs$apistrat, "E", "H"))
# Two surveys as one design: each its own strata, people sampled one by one in the first and by district in the second.
answered <- c("awards", "sch.wide", "comp.imp", "pw", "fpc")
two_surveys <- rbind(cbind(apistrat[, answered], survey = "a", stratum = paste("a", apistrat$stype), unit = seq_len(nrow(apistrat))),
                     cbind(apiclus1[, answered], survey = "b", stratum = "b", unit = 1000 + apiclus1$dnum))
joined <- svydesign(id = ~unit, strata = ~stratum, weights = ~pw, fpc = ~fpc, data = two_surveys)
overlaps <- c(overlaps, several(joined, "a", "b", "survey"))
data(scd)
fay <- as.svrepdesign(svydesign(data = scd, prob = ~1, id = ~ambulance, strata = ~ESA, nest = TRUE),
                      type = "Fay", fay.rho = 0.3, mse = TRUE)
f <- svymean(~as.numeric(alive > 40), fay)
write.csv(data.frame(
  what = c("apiclus1 mean api00", "apiclus1 se api00", "apiclus2 jk1 share awards", "apiclus2 jk1 se awards",
           "apiclus2 awards by elementary t",
           paste(rep(c("apiclus2", "apistrat", "apistrat and apiclus1"), each = 3), "boxes", c("statistic", "df", "p")),
           "scd fay share", "scd fay se", paste("scd fay weight", 1:length(weights(fay, "analysis")))),
  value = c(coef(m)[[1]], SE(m)[[1]], coef(j)[[1]], SE(j)[[1]], two$statistic[[1]], overlaps,
            coef(f)[[1]], SE(f)[[1]], as.vector(weights(fay, "analysis")))),
  "survey_r_more.csv", row.names = FALSE)
tables <- list()
cross <- function(name, what, by) {
  d <- designs[[name]]; v <- d$variables
  if (name == "nhanes" && what != "HI_CHOL") d <- svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nhanes)
  v <- d$variables
  for (g in unique(as.character(v[[by]]))) for (a in unique(as.character(v[[what]]))) {
    here <- d[as.character(v[[by]]) == g, ]; here$variables$yes <- as.numeric(as.character(here$variables[[what]]) == a)
    m <- svymean(~yes, here); l <- if (coef(m) > 0 && coef(m) < 1) confint(svyciprop(~yes, here, method = "logit")) else c(NA, NA)
    tables[[length(tables) + 1]] <<- data.frame(data = name, question = what, by = by, group = g, answer = a,
      n = sum(weights(here) > 0 & weights(here) < Inf), share = coef(m)[[1]], se = SE(m)[[1]], low = l[[1]], high = l[[2]])
  }
}
for (what in c("awards", "sch.wide", "comp.imp")) for (name in c("apistrat", "apiclus1", "apiclus2")) cross(name, what, "stype")
for (by in c("awards", "sch.wide", "comp.imp")) cross("apistrat", "stype", by)
cross("apistrat", "awards", "sch.wide"); cross("apistrat", "comp.imp", "awards")
cross("apiclus1", "stype", "awards"); cross("apiclus1", "stype", "sch.wide")
for (by in c("race", "agecat", "RIAGENDR")) cross("nhanes", "HI_CHOL", by)
cross("nhanes", "race", "agecat")
write.csv(do.call(rbind, tables), "survey_tables.csv", row.names = FALSE)
