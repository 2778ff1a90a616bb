# The numbers of survey_r.csv and the data sets of microdata/: Rscript survey_r.R, R 4.2.2, survey 4.1.1.
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
write.csv(data.frame(
  what = c("apiclus1 mean api00", "apiclus1 se api00", "apiclus2 jk1 share awards", "apiclus2 jk1 se awards",
           "apiclus2 awards by elementary t"),
  value = c(coef(m)[[1]], SE(m)[[1]], coef(j)[[1]], SE(j)[[1]], two$statistic[[1]])),
  "survey_r_more.csv", row.names = FALSE)
