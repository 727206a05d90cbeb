$h["pipes/date"]=e=>{let t="number"==typeof e||/^\d{9,}$/.test(e)?+e:NaN;return new Date(t<1e11?1e3*t:t||e).toISOString()};
