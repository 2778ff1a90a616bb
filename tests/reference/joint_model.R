# Reference numbers of tests/test_battery_model.py: run `Rscript joint_model.R` in this folder; it writes joint_model.csv.
# R 4.2.2, metafor 3.8-1, clubSandwich 0.5.8, lme4 1.1-31, pbkrtest 0.5.2.
suppressMessages({library(metafor); library(clubSandwich); library(lme4); library(pbkrtest)})
options(digits = 12)

figures <- function(file) transform(read.csv(file), id = seq_along(y))
few <- figures("barriers_34.csv")
many <- figures("barriers_108.csv")
benefits <- figures("benefits_13.csv")
priorities <- figures("priorities_8.csv")
fine <- list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15, maxit = 5000)
sampling <- function(d, rho) {
  same <- outer(d$survey, d$survey, "==")
  V <- rho * same * sqrt(outer(d$v, d$v))
  diag(V) <- d$v
  V
}
survey <- list(~ 1 | survey, ~ 1 | id)
house <- list(~ 1 | house, ~ 1 | survey, ~ 1 | id)
year <- list(~ 1 | year, ~ 1 | house, ~ 1 | survey, ~ 1 | id)
line <- ~ 0 + item + t
# Items that wander: a step of its own into each year that has figures, as long as the root of the years since the last.
many$itemyear <- paste(many$item, many$year)
cells <- unique(many[c("item", "year", "itemyear")])
after <- pmax(outer(cells$year, 2018, "-"), 0)[, 1]
before <- pmax(outer(2018, cells$year, "-"), 0)[1, ]
walk <- outer(cells$item, cells$item, "==") * (outer(after, after, pmin) + outer(before, before, pmin))
dimnames(walk) <- list(cells$itemyear, cells$itemyear)
few$worth <- few$v * ifelse(few$house == "Dods Research", 1.5, 1)

models <- list(
  survey = rma.mv(y, v, mods = line, random = survey, data = few, control = fine),
  house = rma.mv(y, v, mods = line, random = house, data = few, control = fine),
  rho.2 = rma.mv(y, sampling(few, .2), mods = line, random = house, data = few, control = fine),
  rho.5 = rma.mv(y, sampling(few, .5), mods = line, random = survey, data = few, control = fine),
  weighted = rma.mv(y, worth, mods = line, random = house, data = few, control = fine),
  many = rma.mv(y, v, mods = line, random = house, data = many, control = fine),
  year = rma.mv(y, v, mods = line, random = year, data = many, control = fine),
  stem = rma.mv(y, v, mods = ~ 0 + item + t + stem, random = house, data = many, control = fine),
  slopes = rma.mv(y, v, mods = line, random = list(~ 1 | house, ~ 1 | id, ~ t | item), struct = "GDIAG",
                  tau2 = c(0, NA), data = many, control = fine),
  benefits = rma.mv(y, v, mods = line, random = house, data = benefits, control = fine),
  priorities = rma.mv(y, v, mods = line, random = survey, data = priorities, control = fine),
  wander = rma.mv(y, v, mods = line, random = list(~ 1 | house, ~ 1 | id, ~ 1 | itemyear), R = list(itemyear = walk),
                  Rscale = FALSE, data = many, control = fine))

rows <- list()
`%|%` <- function(a, b) if (is.na(a)) b else unname(a)
keep <- function(case, quantity, value) rows[[length(rows) + 1]] <<- data.frame(case, quantity, value)
for (case in names(models)) {
  m <- models[[case]]
  for (k in seq_along(m$s.names)) keep(case, c(id = "figure", itemyear = "slope")[m$s.names[k]] %|% m$s.names[k], m$sigma2[k])
  if (case == "slopes") keep(case, "slope", m$tau2[2])
  keep(case, "t", coef(m)[["t"]])
  keep(case, "error", sqrt(vcov(m)["t", "t"]))
}

# Bias-reduced robust errors (CR2) with Satterthwaite degrees of freedom, clusters that no random effect crosses.
robust <- list(survey = few$survey, rho.5 = few$survey, house = few$house, many = many$house)
for (case in names(robust)) {
  one <- coef_test(models[[case]], vcov = "CR2", cluster = robust[[case]], test = "Satterthwaite")
  for (name in c("t", "itembudget")) {
    row <- if ("Coef" %in% names(one)) one[one$Coef == name, ] else one[name, ]
    keep(case, paste0("cr2.", name), row$SE)
    keep(case, paste0("cr2df.", name), row[[grep("^df", names(row))[1]]])
  }
}

# Kenward and Roger: figures of one precision, so that lme4 has the whole model (the spread of figures is its residual).
mixed <- list(
  kr.survey = lmer(y ~ 0 + item + t + (1 | survey), data = few),
  kr.slopes = lmer(y ~ 0 + item + t + (1 | house) + (0 + t | item), data = many))
for (case in names(mixed)) {
  m <- mixed[[case]]
  adjusted <- vcovAdj(m)
  keep(case, "residual", sigma(m)^2)
  for (name in names(VarCorr(m))) keep(case, if (name == "item") "slope" else name, VarCorr(m)[[name]][1])
  for (name in c("t", "itembudget")) {
    L <- as.numeric(names(fixef(m)) == name)
    keep(case, paste0("kr.", name), sqrt(as.numeric(t(L) %*% adjusted %*% L)))
    keep(case, paste0("krdf.", name), Lb_ddf(L, vcov(m), adjusted))
  }
}

# Counts as they are: binomial with a normal effect of each survey, house and figure (Laplace).
many$n <- pmax(20, round(1 / (many$v * plogis(many$y) * (1 - plogis(many$y)))))
many$yes <- round(many$n * plogis(many$y))
counts <- glmer(cbind(yes, n - yes) ~ 0 + item + t + (1 | house) + (1 | survey) + (1 | id), data = many,
  family = binomial, control = glmerControl("bobyqa", optCtrl = list(maxfun = 1e5)))
for (name in names(fixef(counts))) keep("binomial", sub("^item", "", name), fixef(counts)[[name]])
for (name in c("house", "survey", "id")) keep("binomial", sub("^id$", "figure", name), VarCorr(counts)[[name]][1])

# One item: a line through its surveys and what sets them apart.
for (name in c("budget", "skills", "culture", "security", "legacy")) {
  m <- rma(y, v, mods = ~ t, data = subset(many, item == name), control = list(threshold = 1e-13, maxiter = 1000))
  keep(paste0("one.", name), "figure", m$tau2)
  keep(paste0("one.", name), "t", coef(m)[["t"]])
  keep(paste0("one.", name), "error", m$se[2])
}

write.csv(do.call(rbind, rows), "joint_model.csv", row.names = FALSE, quote = FALSE)
