$h["events/custom-event"]=({event:e,target:t},a,l)=>l.on(e,e=>{let n=l.match(e,t,!1);n&&a({facts:{detail:l.fe(e.detail)},element:n.element})});
