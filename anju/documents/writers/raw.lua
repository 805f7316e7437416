-- Raw text of the target format comes in as a <pre class="raw">; a named paragraph goes to typst as #styled("name")[…].
local typst = FORMAT == "typst"

function CodeBlock(block)
  if block.classes:includes("raw") then
    return pandoc.RawBlock(typst and "typst" or "openxml", block.text)
  end
end

function Div(div)
  local style = div.attributes["custom-style"]
  if typst and style then
    local blocks = pandoc.List({ pandoc.RawBlock("typst", '#styled("' .. style .. '")[') })
    blocks:extend(div.content)
    blocks:insert(pandoc.RawBlock("typst", "]"))
    return blocks
  end
  if typst then return div.content end
end

-- The writer's figure drops the rows of a long table that do not fit on its page; the bare table breaks across pages.
