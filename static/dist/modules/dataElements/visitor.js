$h["dataElements/visitor"]=({get:s},{ss:e})=>{let{sessions:i}=e();return"sessions"===s?i:1===i};
