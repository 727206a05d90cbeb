$h["events/direct-call"]=({name:a},e,{on:l})=>l("@call",({name:l,detail:n})=>{l===a&&e({facts:{detail:n}})});
