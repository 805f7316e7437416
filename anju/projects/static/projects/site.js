/* On the site: the chosen photograph is shown, made smaller for a weak line, and the place is asked for by one button. */
(() => {
  "use strict";
  const LONGEST = 2000;
  const file = document.getElementById("photo");
  const preview = document.getElementById("photo-preview");
  const told = document.getElementById("photo-told");
  file?.addEventListener("change", async () => {
    const [chosen] = file.files;
    preview.hidden = !chosen;
    if (!chosen) return;
    try {
      const image = await createImageBitmap(chosen);
      const share = Math.min(1, LONGEST / Math.max(image.width, image.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(image.width * share);
      canvas.height = Math.round(image.height * share);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      preview.src = canvas.toDataURL("image/jpeg", 0.85);
      if (share < 1) {
        const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
        const kept = new DataTransfer();
        kept.items.add(new File([blob], chosen.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" }));
        file.files = kept.files;
        told.textContent = `已缩到 ${Math.ceil(blob.size / 1024)} KB，便于弱网上传`;
      } else {
        told.textContent = `${Math.ceil(chosen.size / 1024)} KB`;
      }
    } catch {
      preview.hidden = true;
      told.textContent = "这个文件不能预览，可以照常提交";
    }
  });

  const locate = document.getElementById("locate");
  locate?.addEventListener("click", () => {
    const said = document.getElementById("located");
    if (!navigator.geolocation) { said.textContent = "这台设备不提供位置，可以不填"; return; }
    said.textContent = "正在取位置…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        document.getElementById("longitude").value = coords.longitude.toFixed(6);
        document.getElementById("latitude").value = coords.latitude.toFixed(6);
        said.textContent = `已取得，误差约 ${Math.round(coords.accuracy)} 米`;
      },
      () => { said.textContent = "没有取得位置，可以不填，照常提交"; },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
})();
